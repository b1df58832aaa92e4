import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { hasTool, requireTool, type Tool, versionOf } from './tools.ts'

/** What a plain image can be; and `ddi`, which has partitions. */
export type Format = 'squashfs' | 'erofs' | 'ddi'
export const FORMATS: readonly Format[] = ['squashfs', 'erofs', 'ddi']

const TOOL: Readonly<Record<Format, Tool>> = {
  squashfs: 'mksquashfs',
  erofs: 'mkfs.erofs',
  ddi: 'systemd-repart',
}

/** The format that was asked for, or the first for which there is a tool. Throws HostError where there is none. */
export const chooseFormat = (host: Host, asked: string | undefined): Format => {
  const format = FORMATS.find((one) => one === asked)
  if (asked !== undefined && format === undefined)
    throw new HostError(`--format=${asked}`, `is not known, there are ${FORMATS.join(', ')}`)
  const chosen = format ?? (!hasTool(host, TOOL.squashfs) && hasTool(host, TOOL.erofs) ? 'erofs' : 'squashfs')
  requireTool(host, TOOL[chosen])
  // What fills the partition.
  if (chosen === 'ddi') requireTool(host, TOOL.erofs)
  return chosen
}

/** What makes all images the same that are made of the same. */
export interface Fixed {
  /** Seconds since 1970, for all files and the image itself. */
  readonly epoch: number
  readonly uuid: string
}

/** mksquashfs(1) refuses a variable that says what an option says. */
const CLEAN = ['env', '--unset=SOURCE_DATE_EPOCH', 'LC_ALL=C.UTF-8'] as const

/** Since then it tells how far it is, to others than a terminal as well. */
const TELLS_PERCENTAGE = 4.06

/** Owned by root, without extended attributes: neither labels nor capabilities of this host go in. Padded to 4096 bytes by itself. */
const squashfs = (host: Host, tree: string, image: string, { epoch }: Fixed): readonly string[] => {
  const time = String(epoch)
  const telling = versionOf(host, 'mksquashfs') >= TELLS_PERCENTAGE ? ['-percentage'] : []
  const same = ['-noappend', '-all-root', '-no-xattrs', '-all-time', time, '-mkfs-time', time]
  return [...CLEAN, 'mksquashfs', tree, image, ...same, ...telling, '-comp', 'zstd']
}

const erofs = (_host: Host, tree: string, image: string, { epoch, uuid }: Fixed): readonly string[] => [
  ...CLEAN,
  ...['mkfs.erofs', '--quiet', '--all-root', '-x-1', `-T${epoch}`, `-U${uuid}`, '-zlz4hc', image, tree],
]

export const PLAIN = { squashfs, erofs } as const
