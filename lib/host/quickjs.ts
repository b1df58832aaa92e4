/** The host port on the small engine, QuickJS-ng: its `qjs:std` and `qjs:os`, and the system calls of linux.ts. */

import { O_CREAT, O_DIRECTORY, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } from 'bitbuilder:linux'
import { getpid, isatty, now, SIGPIPE, signal, sleep } from 'qjs:os'
import { exit, getenv } from 'qjs:std'
import { reasonOf } from './errno.ts'
import type { DirEntry, Directory, Host, Level, Stat, TextFile } from './host.ts'
import { HostError, WRONG_KIND } from './host.ts'
import type { Statx } from './linux.ts'
import * as linux from './linux.ts'
import { locate } from './locate.ts'
import { runToEnd } from './run-to-end.ts'

const { Errno, HERE, O_RDONLY, O_RDWR, O_WRONLY, hasCode, using } = linux

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'x86-64', aarch64: 'arm64' }

const toHostError = (path: string, thrown: unknown): unknown =>
  thrown instanceof Errno ? new HostError(path, reasonOf(thrown.code)) : thrown

const orHostError = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (thrown) {
    throw toHostError(path, thrown)
  }
}

const absentOr = <T>(path: string, work: () => T): T | undefined => {
  try {
    return work()
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return undefined
    throw toHostError(path, thrown)
  }
}

const statOf = ({ kind, uid, gid, mode, size }: Statx): Stat => ({ kind, uid, gid, mode, size })

const byCodeUnit = (a: DirEntry, b: DirEntry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

const checkFile = (path: string, fd: number): Stat => {
  const stat = statOf(linux.fstat(fd))
  if (stat.kind !== 'file') throw new HostError(path, WRONG_KIND[stat.kind])
  return stat
}

const readText = (path: string, fd: number, limit: number): TextFile => {
  const stat = checkFile(path, fd)
  // One byte more than there should be: a file that grows, or one of /proc that says 0, is still read to its end.
  const bytes = new Uint8Array(Math.min(limit, Math.max(stat.size, 4096)) + 1)
  const filled = linux.readFully(fd, bytes, 0)
  if (stat.size > limit || filled > limit) throw new HostError(path, `is larger than ${limit >> 10} KiB`)
  const text = linux.strictText(bytes, 0, filled)
  if (text === undefined) throw new HostError(path, 'is not valid UTF-8')
  return { stat, text }
}

const writeAll = (fd: number, text: string): void => {
  for (let rest = linux.utf8(text); rest.length > 0; ) {
    try {
      rest = rest.subarray(linux.write(fd, rest))
    } catch (thrown) {
      if (!hasCode(thrown, 'EAGAIN')) throw thrown
      sleep(5)
    }
  }
}

const makeDir = (path: string): void => {
  try {
    linux.mkdir(HERE, path, 0o777)
  } catch (thrown) {
    if (hasCode(thrown, 'EEXIST') && linux.stat(HERE, path).kind === 'directory') return
    if (!hasCode(thrown, 'ENOENT')) throw thrown
    makeDir(path.slice(0, path.lastIndexOf('/')))
    makeDir(path)
  }
}

/** Removes what `name` is in an open directory, with all in it. */
const removeIn = (directory: number, name: string): void => {
  try {
    linux.unlink(directory, name)
    return
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return
    if (!hasCode(thrown, 'EISDIR')) throw thrown
  }
  using(linux.open(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), (fd) => {
    for (const entry of linux.entries(fd)) removeIn(fd, entry.name)
  })
  linux.rmdir(directory, name)
}

/** Whether standard error is the journal's, systemd.exec(5) `$JOURNAL_STREAM`: then a `<3>` in front is read as a priority. */
const logsToJournal = (): boolean => {
  const stream = getenv('JOURNAL_STREAM')
  if (stream === undefined) return false
  const { dev, ino } = linux.fstat(2)
  return stream === `${dev}:${ino}`
}

/** Whether PID 1 started this very process without the journal, as it does generators: their standard error leads nowhere. */
const startedAsGenerator = (): boolean => getenv('SYSTEMD_EXEC_PID') === String(getpid()) && !logsToJournal()

const PRIORITY: Readonly<Record<Level, string>> = { error: '<3>', warning: '<4>', info: '<6>' }

/** To a terminal or a pipe whose reader may have gone: `bitbuilder list | head` is no failure. */
const say = (fd: number, text: string): void => {
  try {
    writeAll(fd, text)
  } catch (thrown) {
    if (!hasCode(thrown, 'EPIPE')) throw toHostError(fd === 1 ? 'standard output' : 'standard error', thrown)
  }
}

/** One record: written at once and whole. A container may have no /dev/kmsg. */
const toKernelLog = (text: string): boolean => {
  try {
    using(linux.open(HERE, '/dev/kmsg', O_WRONLY | O_NOCTTY), (fd) => linux.write(fd, linux.utf8(text)))
    return true
  } catch (thrown) {
    if (thrown instanceof Errno) return false
    throw thrown
  }
}

const started = now()

declare const scriptArgs: readonly string[]

/** Milliseconds between two attempts at a lock. */
const LOCK_PAUSE = 10

const waitForLock = (path: string, fd: number, seconds: number): void => {
  for (const deadline = now() + seconds * 1e6; !linux.tryLock(fd); sleep(LOCK_PAUSE)) {
    if (now() >= deadline) throw new HostError(path, `lock is held by another program for ${seconds} s`)
  }
}

const replaceFile = (path: string, text: string, mode: number): void => {
  const beside = `${path}.${getpid()}.tmp`
  removeIn(HERE, beside)
  using(linux.open(HERE, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), (fd) => {
    try {
      writeAll(fd, text)
      linux.fchmod(fd, mode)
      linux.fsync(fd)
      linux.rename(beside, path)
    } catch (thrown) {
      removeIn(HERE, beside)
      throw thrown
    }
  })
}

/** The host of this machine, seen below `root` ("" for /): `$BITBUILDER_ROOT` moves all reading, never the output. */
export const quickjsHost = (root: string): Host => {
  /** Below another root an absolute link must not lead to this machine's files; without one the kernel knows the way. */
  const real = (path: string, followLast: boolean): string => {
    if (root === '') return path
    const inside = locate(path, followLast, (here) =>
      linux.lstat(HERE, `${root}${here}`).kind === 'link' ? linux.readlink(HERE, `${root}${here}`) : undefined,
    )
    return `${root}${inside}`
  }

  return {
    below: (other) => quickjsHost(other.replace(/\/+$/, '')),
    owner: root === '' ? 0 : (absentOr(root, () => linux.stat(HERE, root).uid) ?? 0),
    stat: (path) => absentOr(path, () => statOf(linux.lstat(HERE, real(path, false)))),
    readDir: (path) =>
      absentOr(path, () =>
        using(linux.open(HERE, real(path, true), O_RDONLY | O_DIRECTORY), (fd): Directory => {
          const stat = statOf(linux.fstat(fd))
          return { stat, entries: linux.entries(fd).sort(byCodeUnit) }
        }),
      ),
    readLink: (path) => orHostError(path, () => linux.readlink(HERE, real(path, false))),
    readFile: (path, limit) =>
      absentOr(path, () =>
        using(linux.open(HERE, real(path, true), O_RDONLY | O_NONBLOCK | O_NOCTTY), (fd) => readText(path, fd, limit)),
      ),
    readBytes: (path, offset, length) =>
      absentOr(path, () =>
        using(linux.open(HERE, real(path, false), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW), (fd) => {
          checkFile(path, fd)
          const bytes = new Uint8Array(length)
          return bytes.subarray(0, linux.readFully(fd, bytes, offset))
        }),
      ) ?? new Uint8Array(),

    makeDir: (path) => orHostError(path, () => makeDir(path)),
    createFile: (path, text) =>
      orHostError(path, () =>
        using(linux.open(HERE, path, O_WRONLY | O_CREAT | O_EXCL, 0o644), (fd) => writeAll(fd, text)),
      ),
    symlink: (target, path) => orHostError(path, () => linux.symlink(target, HERE, path)),

    makeDirMode: (path, mode) =>
      orHostError(path, () => {
        try {
          linux.mkdir(HERE, path, 0o777)
        } catch (thrown) {
          if (!hasCode(thrown, 'EEXIST')) throw thrown
        }
        using(linux.open(HERE, path, O_RDONLY | O_NOFOLLOW | O_DIRECTORY), (fd) => {
          linux.fchmod(fd, mode)
          linux.takeOwnership(fd)
        })
      }),
    replaceFile: (path, text, mode) => orHostError(path, () => replaceFile(path, text, mode)),
    remove: (path) => orHostError(path, () => removeIn(HERE, path)),

    calledAs: (scriptArgs[0] ?? '').split('/').pop() || 'bitbuilder',
    env: getenv,
    now: () => (now() - started) / 1000,
    architecture: () => {
      const name = linux.machineName()
      return ARCHITECTURES[name] ?? name
    },
    isTerminal: () => isatty(1),

    print: (text) => say(1, text),
    log: (level, line) => {
      const record = `${PRIORITY[level]}${line}\n`
      if (startedAsGenerator() && toKernelLog(record)) return
      say(2, logsToJournal() ? record : `${line}\n`)
    },

    run: runToEnd,
    withLock: (path, seconds, work) =>
      using(
        orHostError(path, () => linux.open(HERE, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)),
        (fd) => {
          waitForLock(path, fd, seconds)
          return work()
        },
      ),
    sleep,
  }
}

// A reader that goes away is told by write(2), not by a signal.
signal(SIGPIPE, undefined)

/** This process on its engine, as programs/bitbuilder.ts starts it. */
export const engine = { host: quickjsHost(''), args: scriptArgs.slice(1), exit }
