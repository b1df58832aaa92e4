import { isData, isUsed, slotsOf } from '../compliance/ddi/image.ts'
import type { ReadAt } from '../formats/bytes.ts'
import { parseGpt } from '../formats/gpt.ts'
import type { Reader } from '../host/host.ts'
import { MOUNT_DDI } from '../layout/paths.ts'
import type { FileSystem, Image } from './image.ts'

const READ_ONLY: readonly string[] = ['squashfs', 'erofs'] satisfies readonly FileSystem[]

/** Why a table cannot be an extension's: anything but one root partition, and what verifies that. */
const whyNot = (read: ReadAt, size: number): { readonly image: Image } | { readonly reason: string } => {
  const gpt = parseGpt(read, size)
  if (gpt === undefined) return { reason: 'is neither squashfs nor erofs' }
  const [problem] = gpt.problems
  if (problem !== undefined) return { reason: problem }
  const slots = slotsOf(gpt, read)
  const stranger = gpt.partitions.find(({ number }) => !slots.some(({ partition }) => partition.number === number))
  if (stranger !== undefined) return { reason: `partition ${stranger.number} has type ${stranger.type}, expected root` }
  const surplus = slots.find((slot) => slot.type.role !== 'root' || !isUsed(slot))
  if (surplus !== undefined)
    return { reason: `${surplus.words} is ${surplus.ignored ?? surplus.type.role}, expected root and what verifies it` }
  const count = (part: string): number => slots.filter(({ type }) => type.part === part).length
  const [root] = slots.filter(isData)
  if (root === undefined || slots.some(({ type }) => count(type.part) > 1))
    return { reason: 'has not exactly one root partition, and what verifies it' }
  const architectures = new Set(slots.map(({ type }) => type.architecture))
  if (architectures.size > 1) return { reason: `has partitions for ${[...architectures].join(' and ')}` }
  const [type] = root.content
  // Two that lie over each other are not told apart by everybody in the same way.
  if (type === undefined || root.content.length > 1 || !READ_ONLY.includes(type)) {
    const found = root.content.length === 0 ? 'no file system that is known' : root.content.join(' and ')
    return { reason: `${root.words} has ${found}, expected squashfs or erofs` }
  }
  return { image: { type: type as FileSystem, disk: count('verity') > 0 ? 'verity' : 'plain' } }
}

/**
 * The one file system of a disk image that an extension is in, by its partition table and superblock; or why it cannot be
 * mounted. The kernel is given nothing else of it: not what is written to, nor what would ask for a passphrase.
 */
export const readDisk = (
  reader: Pick<Reader, 'readBytes' | 'stat'>,
  path: string,
): { readonly image: Image } | { readonly reason: string } => {
  const found = whyNot((offset, length) => reader.readBytes(path, offset, length), reader.stat(path)?.size ?? 0)
  if ('reason' in found || reader.stat(MOUNT_DDI) !== undefined) return found
  return { reason: `is a disk image, and there is no ${MOUNT_DDI}: install systemd-container` }
}
