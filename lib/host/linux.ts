/**
 * The system calls that the host on the small engine is made of, section 2 of the manual. As in the kernel a result below
 * zero is minus an errno(3): nothing is thrown, for a file that is not there is no surprise and costs nothing.
 */

import {
  decode,
  entries,
  O_CLOEXEC,
  SYS_close,
  SYS_fchmod,
  SYS_fchown,
  SYS_flock,
  SYS_fsync,
  SYS_getegid,
  SYS_geteuid,
  SYS_lgetxattr,
  SYS_llistxattr,
  SYS_mkdirat,
  SYS_openat,
  SYS_openat2,
  SYS_pread64,
  SYS_readlinkat,
  SYS_renameat2,
  SYS_statx,
  SYS_symlinkat,
  SYS_uname,
  SYS_unlinkat,
  scan,
  syscall,
} from 'bitbuilder:linux'
import { EINTR } from './errno.ts'
import type { Attribute, DirEntry, Kind, Scanned, Stat } from './host.ts'
import { byCodeUnit } from './host.ts'
import { decodeLeniently } from './utf8.ts'

export { decode as strictText, nesting, write } from 'bitbuilder:linux'

/** A text, or bytes with a NUL at their end. */
export type Path = string | Uint8Array

/** Paths are as seen from the working directory, openat(2). */
export const HERE = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const AT_REMOVEDIR = 0x200
const AT_NO_AUTOMOUNT = 0x800
const AT_EMPTY_PATH = 0x1000
const STATX_BASIC_STATS = 0x7ff

/** The same number on x86-64 and arm64, fcntl(2). */
export const O_RDONLY = 0
export const O_WRONLY = 1
export const O_RDWR = 2

/** Again when a signal came in between. */
export const retried = (call: () => number): number => {
  for (;;) {
    const result = call()
    if (result !== -EINTR) return result
  }
}

export const text = (bytes: Uint8Array, length: number): string =>
  decode(bytes, length) ?? decodeLeniently(bytes.subarray(0, length))

export const open = (directory: number, path: Path, flags: number, mode = 0): number =>
  syscall(SYS_openat, directory, path, flags | O_CLOEXEC, mode)

/** openat2(2)'s struct open_how: flags, mode and resolve, 64 bits each. */
const openHow = new Uint8Array(24)
const openHow32 = new Uint32Array(openHow.buffer)
const RESOLVE_NO_MAGICLINKS = 0x02
const RESOLVE_NO_SYMLINKS = 0x04

/** For a path in which no component is a link. Linux before 5.6 has no such call. */
export const openWithoutLinks = (path: string, flags: number): number => {
  openHow32[0] = flags | O_CLOEXEC
  openHow32[4] = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS
  return syscall(SYS_openat2, HERE, path, openHow, null)
}

export const close = (fd: number): void => {
  syscall(SYS_close, fd)
}

/** Runs `work` on what `fd` is and closes it. */
export const using = <T>(fd: number, work: (fd: number) => T): T => {
  try {
    return work(fd)
  } finally {
    close(fd)
  }
}

/** As many bytes as fit and are there; how many that were. */
export const readFully = (fd: number, bytes: Uint8Array, offset: number): number => {
  let filled = 0
  while (filled < bytes.length) {
    const rest = filled === 0 ? bytes : bytes.subarray(filled)
    const count = retried(() => syscall(SYS_pread64, fd, rest, null, offset + filled))
    if (count < 0) return count
    if (count === 0) break
    filled += count
  }
  return filled
}

/** A file's kind by the upper bits of its mode, inode(7). */
const kindOfType = (type: number): Kind => {
  switch (type) {
    case 8:
      return 'file'
    case 4:
      return 'directory'
    case 10:
      return 'link'
    case 1:
      return 'fifo'
    case 12:
      return 'socket'
    default:
      return 'device'
  }
}

const statBuffer = new Uint8Array(256)
const stat16 = new Uint16Array(statBuffer.buffer)
const stat32 = new Uint32Array(statBuffer.buffer)

const statx = (directory: number, path: string, flags: number): number =>
  syscall(SYS_statx, directory, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, statBuffer)

/** What these three found can be had from `lastStat` and `lastStream` until the next of them. */
export const lstat = (directory: number, path: string): number => statx(directory, path, AT_SYMLINK_NOFOLLOW)
export const stat = (directory: number, path: string): number => statx(directory, path, 0)
export const fstat = (fd: number): number => statx(fd, '', AT_EMPTY_PATH)

export const lastKind = (): Kind => kindOfType((stat16[14] as number) >> 12)

export const lastStat = (): Stat => {
  const mode = stat16[14] as number
  return {
    kind: kindOfType(mode >> 12),
    uid: stat32[5] as number,
    gid: stat32[6] as number,
    mode: mode & 0o7777,
    size: (stat32[10] as number) + (stat32[11] as number) * 2 ** 32,
  }
}

export const lastScanned = (): Omit<Scanned, 'name' | 'isPlain'> => {
  const stat = lastStat()
  const device = stat.kind === 'device' ? `${stat32[32]}:${stat32[33]}` : ''
  return { ...stat, links: stat32[4] as number, device }
}

/** Device and inode as `$JOURNAL_STREAM` has them, makedev(3). */
export const lastStream = (): string => {
  const [major, minor] = [stat32[34] as number, stat32[35] as number]
  const device = (minor & 0xff) + (major & 0xfff) * 2 ** 8 + (minor >>> 8) * 2 ** 20 + (major >>> 12) * 2 ** 44
  return `${device}:${(stat32[8] as number) + (stat32[9] as number) * 2 ** 32}`
}

const toEntry = (fd: number, name: string, type: number): DirEntry | undefined => {
  if (type !== 0) return { name, kind: kindOfType(type) }
  // A file system that knows no types.
  return lstat(fd, name) === 0 ? { name, kind: lastKind() } : undefined
}

/** All entries of an open directory but itself and its parent, in no order. */
export const readEntries = (fd: number, into: DirEntry[]): number => {
  const found: (string | Uint8Array | number)[] = []
  const result = entries(fd, found)
  for (let at = 0, end = found.length; at < end; at += 2) {
    const name = found[at] as string | Uint8Array
    const readable = typeof name === 'string' ? name : decodeLeniently(name.subarray(0, -1))
    const entry = toEntry(fd, readable, found[at + 1] as number)
    if (entry !== undefined) into.push(entry)
  }
  return result
}

const KINDS = Array.from({ length: 16 }, (_, type) => kindOfType(type))

/** The same, with what each entry is, in the order of the names' code units. */
export const scanEntries = (fd: number, into: Scanned[]): number => {
  const result = scan(fd, into, KINDS)
  if (result <= 0) return result
  for (const [at, entry] of into.entries()) {
    const name: string | Uint8Array = entry.name
    if (typeof name !== 'string') into[at] = { ...entry, name: decodeLeniently((name as Uint8Array).subarray(0, -1)) }
  }
  // Beyond ASCII the bytes of UTF-8 may come in another order.
  into.sort(byCodeUnit)
  return 0
}

/** The names of these entries as the kernel has them. */
export const readNames = (fd: number, into: Path[]): number => {
  const found: (string | Uint8Array | number)[] = []
  const result = entries(fd, found)
  for (let at = 0; at < found.length; at += 2) into.push(found[at] as Path)
  return result
}

const linkBuffer = new Uint8Array(4096)

/** The target's length; `lastTarget` has it. */
export const readlink = (directory: number, path: string): number =>
  syscall(SYS_readlinkat, directory, path, linkBuffer, null)

export const lastTarget = (length: number): string => text(linkBuffer, length)

/** Names or a value may be that long, xattr(7). */
const attributeBuffer = new Uint8Array(1 << 16)

const lastBytes = (length: number): string => {
  let bytes = ''
  for (let at = 0; at < length; at += 1) bytes += String.fromCharCode(attributeBuffer[at] as number)
  return bytes
}

/** What a path has, no link followed. One that goes meanwhile is left out. */
export const attributes = (path: string, into: Attribute[]): number => {
  const length = syscall(SYS_llistxattr, path, attributeBuffer, null)
  if (length <= 0) return length
  for (const name of lastBytes(length).split('\0')) {
    const size = name === '' ? -1 : syscall(SYS_lgetxattr, path, name, attributeBuffer, null)
    if (size >= 0) into.push([name, lastBytes(size)])
  }
  return 0
}

export const mkdir = (directory: number, path: string, mode: number): number =>
  syscall(SYS_mkdirat, directory, path, mode)

export const symlink = (target: string, directory: number, path: string): number =>
  syscall(SYS_symlinkat, target, directory, path)

export const rename = (from: string, to: string): number => syscall(SYS_renameat2, HERE, from, HERE, to, 0)

export const unlink = (directory: number, path: Path): number => syscall(SYS_unlinkat, directory, path, 0)

export const rmdir = (directory: number, path: Path): number => syscall(SYS_unlinkat, directory, path, AT_REMOVEDIR)

export const fchmod = (fd: number, mode: number): number => syscall(SYS_fchmod, fd, mode)

/** To whom this process runs as. */
export const takeOwnership = (fd: number): number => syscall(SYS_fchown, fd, syscall(SYS_geteuid), syscall(SYS_getegid))

export const fsync = (fd: number): number => syscall(SYS_fsync, fd)

const LOCK_EX = 2
const LOCK_NB = 4

/** -EAGAIN when somebody else has the lock. */
export const tryLock = (fd: number): number => retried(() => syscall(SYS_flock, fd, LOCK_EX | LOCK_NB))

/** The kernel's name of the machine, uname(2): `x86_64`, `aarch64`. */
export const machineName = (): string => {
  const FIELD = 65
  const names = new Uint8Array(6 * FIELD)
  syscall(SYS_uname, names)
  const machine = names.subarray(4 * FIELD)
  return text(machine, machine.indexOf(0))
}
