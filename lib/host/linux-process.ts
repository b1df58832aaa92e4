/** What running another program takes of system calls besides; results are those of linux.ts. */

import { O_CLOEXEC, SYS_pidfd_open, SYS_pipe2, SYS_ppoll, SYS_prlimit64, SYS_read, syscall } from 'bitbuilder:linux'
import { retried } from './linux.ts'

/** At most as many bytes as fit, as read(2) gives them; 0 at the end. */
export const read = (fd: number, bytes: Uint8Array): number => retried(() => syscall(SYS_read, fd, bytes, null))

/** Where the two ends of a new pipe come. */
export const pipe = (ends: Int32Array): number => syscall(SYS_pipe2, new Uint8Array(ends.buffer), O_CLOEXEC)

/** Readable when the process has ended. */
export const pidfd = (pid: number): number => syscall(SYS_pidfd_open, pid, 0)

const RLIMIT_NOFILE = 7

/** struct rlimit: soft and hard, 64 bits each. */
const limits = new Uint8Array(16)
const limits32 = new Uint32Array(limits.buffer)

/** At most so many file descriptors from here on; what was the limit, for `raiseFiles`. */
export const lowerFiles = (most: number): Uint8Array => {
  syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, limits)
  const before = limits.slice()
  if (limits32[1] === 0 && (limits32[0] as number) <= most) return before
  limits32[0] = most
  limits32[1] = 0
  syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, limits, 0)
  return before
}

export const raiseFiles = (before: Uint8Array): void => {
  syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, before, 0)
}

const POLLIN = 1

/** Those of `fds` that can be read or are at their end; none after so many milliseconds, or when a signal came. */
export const poll = (fds: readonly number[], milliseconds: number): readonly number[] => {
  const asked = new Int32Array(2 * fds.length)
  for (const [index, fd] of fds.entries()) asked.set([fd, POLLIN], 2 * index)
  const [seconds, nanoseconds] = [Math.floor(milliseconds / 1000), Math.floor((milliseconds % 1000) * 1e6)]
  const patience = new Int32Array([seconds, 0, nanoseconds, 0])
  const ready = syscall(SYS_ppoll, new Uint8Array(asked.buffer), fds.length, new Uint8Array(patience.buffer), 0, 0)
  return ready > 0 ? fds.filter((_, index) => (asked[2 * index + 1] as number) >>> 16 !== 0) : []
}
