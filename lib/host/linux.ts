/** The system calls that the host on the small engine is made of, section 2 of the manual. Errors are thrown as Errno. */

import {
  decode,
  encode,
  O_CLOEXEC,
  SYS_close,
  SYS_fchmod,
  SYS_fchown,
  SYS_flock,
  SYS_fsync,
  SYS_getdents64,
  SYS_getegid,
  SYS_geteuid,
  SYS_mkdirat,
  SYS_openat,
  SYS_pidfd_open,
  SYS_pipe2,
  SYS_ppoll,
  SYS_pread64,
  SYS_read,
  SYS_readlinkat,
  SYS_renameat2,
  SYS_statx,
  SYS_symlinkat,
  SYS_uname,
  SYS_unlinkat,
  SYS_write,
  syscall,
} from 'bitbuilder:linux'
import { errnoName } from './errno.ts'
import type { Kind } from './host.ts'
import { decodeLeniently } from './utf8.ts'

/** What a system call failed with: `ENOENT`. No Error: nobody needs its stack, and a missing file is no surprise. */
export class Errno {
  readonly code: string

  constructor(code: string) {
    this.code = code
  }
}

export const hasCode = (thrown: unknown, code: string): boolean => thrown instanceof Errno && thrown.code === code

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

const check = (result: number): number => {
  if (result < 0) throw new Errno(errnoName(-result))
  return result
}

/** Again when a signal came in between. */
const retried = (call: () => number): number => {
  for (;;) {
    const result = call()
    if (result !== -4) return check(result)
  }
}

/** Undefined for what is not UTF-8. */
export const strictText = decode

export const text = (bytes: Uint8Array, from: number, to: number): string =>
  decode(bytes, from, to) ?? decodeLeniently(bytes.subarray(from, to))

export const utf8 = (content: string): Uint8Array => new Uint8Array(encode(content))

export const open = (directory: number, path: string, flags: number, mode = 0): number =>
  check(syscall(SYS_openat, directory, path, flags | O_CLOEXEC, mode))

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

/** As many bytes as fit and are there. `offset` -1 reads on. */
export const readFully = (fd: number, bytes: Uint8Array, offset: number): number => {
  let filled = 0
  while (filled < bytes.length) {
    const rest = filled === 0 ? bytes : bytes.subarray(filled)
    const count = retried(() => syscall(SYS_pread64, fd, rest, rest.length, offset + filled))
    if (count === 0) break
    filled += count
  }
  return filled
}

/** At most as many bytes as fit, as read(2) gives them; 0 at the end. */
export const read = (fd: number, bytes: Uint8Array): number => retried(() => syscall(SYS_read, fd, bytes, bytes.length))

/** At least one byte of them. */
export const write = (fd: number, bytes: Uint8Array): number =>
  retried(() => syscall(SYS_write, fd, bytes, bytes.length))

/** A file's kind by the upper bits of its mode, inode(7). */
const KINDS: Readonly<Record<number, Kind>> = { 1: 'fifo', 4: 'directory', 8: 'file', 10: 'link', 12: 'socket' }

export interface Statx {
  readonly kind: Kind
  readonly uid: number
  readonly gid: number
  readonly mode: number
  readonly size: number
  readonly ino: number
  /** As `$JOURNAL_STREAM` has it, makedev(3). */
  readonly dev: number
}

const statBuffer = new Uint8Array(256)
const stat16 = new Uint16Array(statBuffer.buffer)
const stat32 = new Uint32Array(statBuffer.buffer)

const long = (index: number): number => (stat32[index] as number) + (stat32[index + 1] as number) * 2 ** 32

const kindOfType = (type: number): Kind => KINDS[type] ?? 'device'

const statx = (directory: number, path: string, flags: number): Statx => {
  check(syscall(SYS_statx, directory, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, statBuffer))
  const mode = stat16[14] as number
  const [major, minor] = [stat32[34] as number, stat32[35] as number]
  return {
    kind: kindOfType(mode >> 12),
    uid: stat32[5] as number,
    gid: stat32[6] as number,
    mode: mode & 0o7777,
    size: long(10),
    ino: long(8),
    dev: (minor & 0xff) + (major & 0xfff) * 2 ** 8 + (minor >>> 8) * 2 ** 20 + (major >>> 12) * 2 ** 44,
  }
}

export const lstat = (directory: number, path: string): Statx => statx(directory, path, AT_SYMLINK_NOFOLLOW)
export const stat = (directory: number, path: string): Statx => statx(directory, path, 0)
export const fstat = (fd: number): Statx => statx(fd, '', AT_EMPTY_PATH)

/** getdents64(2) gives entries of: inode 8, offset 8, length 2, type 1, name; the type is 0 where the file system knows none. */
const direntBuffer = new Uint8Array(32 << 10)

const entriesIn = (fd: number, length: number, take: (name: string, kind: Kind) => void): void => {
  for (let at = 0; at < length; ) {
    const next = at + (direntBuffer[at + 16] as number) + ((direntBuffer[at + 17] as number) << 8)
    const type = direntBuffer[at + 18] as number
    const name = text(direntBuffer, at + 19, direntBuffer.indexOf(0, at + 19))
    if (name !== '.' && name !== '..') take(name, type === 0 ? lstat(fd, name).kind : kindOfType(type))
    at = next
  }
}

/** All entries of an open directory but itself and its parent, in no order. */
export const entries = (fd: number): { readonly name: string; readonly kind: Kind }[] => {
  const found: { name: string; kind: Kind }[] = []
  for (;;) {
    const length = check(syscall(SYS_getdents64, fd, direntBuffer, direntBuffer.length))
    if (length === 0) return found
    entriesIn(fd, length, (name, kind) => found.push({ name, kind }))
  }
}

export const readlink = (directory: number, path: string): string => {
  const target = new Uint8Array(4096)
  return text(target, 0, check(syscall(SYS_readlinkat, directory, path, target, target.length)))
}

export const mkdir = (directory: number, path: string, mode: number): void => {
  check(syscall(SYS_mkdirat, directory, path, mode))
}

export const symlink = (target: string, directory: number, path: string): void => {
  check(syscall(SYS_symlinkat, target, directory, path))
}

export const rename = (from: string, to: string): void => {
  check(syscall(SYS_renameat2, HERE, from, HERE, to, 0))
}

export const unlink = (directory: number, path: string): void => {
  check(syscall(SYS_unlinkat, directory, path, 0))
}

export const rmdir = (directory: number, path: string): void => {
  check(syscall(SYS_unlinkat, directory, path, AT_REMOVEDIR))
}

export const fchmod = (fd: number, mode: number): void => {
  check(syscall(SYS_fchmod, fd, mode))
}

/** To whom this process runs as. */
export const takeOwnership = (fd: number): void => {
  check(syscall(SYS_fchown, fd, syscall(SYS_geteuid), syscall(SYS_getegid)))
}

export const fsync = (fd: number): void => {
  check(syscall(SYS_fsync, fd))
}

const LOCK_EX = 2
const LOCK_NB = 4

/** Whether the exclusive lock is had now. */
export const tryLock = (fd: number): boolean => {
  try {
    retried(() => syscall(SYS_flock, fd, LOCK_EX | LOCK_NB))
    return true
  } catch (thrown) {
    if (hasCode(thrown, 'EAGAIN')) return false
    throw thrown
  }
}

export interface Pipe {
  readonly reading: number
  readonly writing: number
}

export const pipe = (): Pipe => {
  const ends = new Int32Array(2)
  check(syscall(SYS_pipe2, new Uint8Array(ends.buffer), O_CLOEXEC))
  return { reading: ends[0] as number, writing: ends[1] as number }
}

/** Readable when the process has ended. */
export const pidfd = (pid: number): number => check(syscall(SYS_pidfd_open, pid, 0))

const POLLIN = 1

/** Those of `fds` that can be read or are at their end; none after so many milliseconds, or when a signal came. */
export const poll = (fds: readonly number[], milliseconds: number): readonly number[] => {
  const asked = new Int32Array(2 * fds.length)
  for (const [index, fd] of fds.entries()) asked.set([fd, POLLIN], 2 * index)
  const patience = BigInt64Array.of(
    BigInt(Math.floor(milliseconds / 1000)),
    BigInt(Math.floor(milliseconds % 1000)) * 1_000_000n,
  )
  const ready = syscall(SYS_ppoll, new Uint8Array(asked.buffer), fds.length, new Uint8Array(patience.buffer), 0, 0)
  if (ready !== -4) check(ready)
  return ready > 0 ? fds.filter((_, index) => (asked[2 * index + 1] as number) >>> 16 !== 0) : []
}

/** The kernel's name of the machine, uname(2): `x86_64`, `aarch64`. */
export const machineName = (): string => {
  const FIELD = 65
  const names = new Uint8Array(6 * FIELD)
  check(syscall(SYS_uname, names))
  return text(names, 4 * FIELD, names.indexOf(0, 4 * FIELD))
}
