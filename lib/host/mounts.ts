import type { Reader } from './host.ts'

/** A mount, as this process sees it. */
export interface Mount {
  /** `ext4` */
  readonly type: string
  readonly mountPoint: string
  /** What of the file system is mounted there: `/` where it is all. */
  readonly root: string
  /** `/dev/vda2` */
  readonly source: string
  /** Of the file system itself, not of the one mount: `rw`, `prjquota`. */
  readonly options: readonly string[]
}

/** Bytes. A mount is a line; a host with many containers has thousands. */
const LARGEST = 16 << 20

/** proc_pid_mountinfo(5): white space and `\` are written in octal. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue` */
const parseLine = (line: string): Mount | undefined => {
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

/** All of them, later ones on top of earlier ones; nothing where there is no such file. Throws HostError when it cannot be read. */
export const readMounts = (reader: Reader): readonly Mount[] =>
  (reader.readFile('/proc/self/mountinfo', LARGEST)?.text ?? '').split('\n').flatMap((line) => parseLine(line) ?? [])
