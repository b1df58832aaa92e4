import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'

/** A mounted file system, as this process sees it. */
export interface FileSystem {
  /** `ext4` */
  readonly type: string
  readonly mountPoint: string
  /** What of it is mounted there: `/` where it is all. */
  readonly root: string
  /** `/dev/vda2` */
  readonly source: string
  /** Of the file system itself, not of the one mount: `rw`, `prjquota`. */
  readonly options: readonly string[]
}

const LARGEST = 16 << 20

/** proc_pid_mountinfo(5): white space and `\` are written in octal. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue` */
const parseLine = (line: string): FileSystem | undefined => {
  const [left = '', right = ''] = line.split(' - ', 2)
  const [, , , root, mountPoint] = left.split(' ')
  const [type, source, options] = right.split(' ')
  if (
    root === undefined ||
    mountPoint === undefined ||
    type === undefined ||
    source === undefined ||
    options === undefined
  )
    return undefined
  return {
    type,
    mountPoint: unescapeOctal(mountPoint),
    root: unescapeOctal(root),
    source: unescapeOctal(source),
    options: options.split(','),
  }
}

const isAbove = (mountPoint: string, path: string): boolean =>
  mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`)

/** What a path without links lies on; undefined where nobody knows. Of mounts on the same place the last one is on top. */
export const fileSystemOf = (reader: Reader, path: string): FileSystem | undefined => {
  const text = orElse(
    () => reader.readFile('/proc/self/mountinfo', LARGEST)?.text ?? '',
    () => '',
  )
  let best: FileSystem | undefined
  for (const line of text.split('\n')) {
    const one = parseLine(line)
    if (one === undefined || !isAbove(one.mountPoint, path)) continue
    if (best === undefined || one.mountPoint.length >= best.mountPoint.length) best = one
  }
  return best
}
