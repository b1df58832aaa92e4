/** The host port on the small engine, QuickJS-ng: its `qjs:std` and `qjs:os`, and the system calls of linux.ts. */

import { O_CREAT, O_DIRECTORY, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK } from 'bitbuilder:linux'
import { getpid, isatty, now, SIGPIPE, signal, sleep } from 'qjs:os'
import { exit, getenv } from 'qjs:std'
import { EAGAIN, ELOOP, ENOENT, EOPNOTSUPP, EPIPE } from './errno.ts'
import type { Attribute, DirEntry, Directory, Host, Scanned, Stat, TextFile } from './host.ts'
import { byCodeUnit, HostError, WRONG_KIND } from './host.ts'
import * as linux from './linux.ts'
import { listInside as listComponents, scanInside as scanComponents } from './list-inside.ts'
import { locate } from './locate.ts'
import { logBy } from './log.ts'
import { check, checkThere } from './quickjs-check.ts'
import { writer } from './quickjs-writer.ts'
import { readInput } from './read-input.ts'
import { readFileInside } from './resolve.ts'
import { become, runToEnd } from './run-to-end.ts'

const { HERE, O_RDONLY, O_RDWR, O_WRONLY, using } = linux

const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'x86-64', aarch64: 'arm64' }

const sorted = (entries: DirEntry[]): DirEntry[] => (entries.length > 1 ? entries.sort(byCodeUnit) : entries)

const checkFile = (path: string, fd: number): Stat => {
  check(path, linux.fstat(fd))
  const stat = linux.lastStat()
  if (stat.kind !== 'file') throw new HostError(path, WRONG_KIND[stat.kind])
  return stat
}

const readText = (path: string, fd: number, limit: number): TextFile => {
  const stat = checkFile(path, fd)
  // One byte more than there should be: a file that grows, or one of /proc that says 0, is still read to its end.
  let bytes = new Uint8Array(Math.min(limit, Math.max(stat.size, 4096)) + 1)
  let filled = check(path, linux.readFully(fd, bytes, 0))
  while (filled === bytes.length && filled <= limit) {
    bytes = new Uint8Array(Math.min(limit + 1, 16 * bytes.length))
    filled = check(path, linux.readFully(fd, bytes, 0))
  }
  if (stat.size > limit || filled > limit) throw new HostError(path, `is larger than ${limit >> 10} KiB`)
  const text = linux.strictText(bytes, filled)
  if (text === undefined) throw new HostError(path, 'is not valid UTF-8')
  return { stat, text, nesting: linux.nesting(bytes, filled) }
}

const readPart = (path: string, fd: number, offset: number, length: number): Uint8Array => {
  checkFile(path, fd)
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, check(path, linux.readFully(fd, bytes, offset)))
}

const listDir = (path: string, fd: number): Directory => {
  const entries: DirEntry[] = []
  check(path, linux.fstat(fd))
  const stat = linux.lastStat()
  check(path, linux.readEntries(fd, entries))
  return { stat, entries: sorted(entries) }
}

/** To a terminal or a pipe whose reader may have gone: `bitbuilder list | head` is no failure. */
const say = (fd: number, text: string): void => {
  const result = linux.write(fd, text)
  if (result !== -EPIPE) check(fd === 1 ? 'standard output' : 'standard error', result)
}

const toKernelLog = (text: string): boolean => {
  const fd = linux.open(HERE, '/dev/kmsg', O_WRONLY | O_NOCTTY)
  return fd >= 0 && using(fd, () => linux.write(fd, text) >= 0)
}

const log = logBy({
  env: getenv,
  pid: getpid(),
  stream: () => (linux.fstat(2) < 0 ? '' : linux.lastStream()),
  toKernel: toKernelLog,
  toStandardError: (text) => say(2, text),
})

/** Milliseconds between two attempts at a lock. */
const LOCK_PAUSE = 10

const withLock = <T>(path: string, seconds: number, work: () => T): T =>
  using(check(path, linux.open(HERE, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)), (fd) => {
    const deadline = now() + seconds * 1e6
    for (let had = linux.tryLock(fd); had < 0; had = linux.tryLock(fd)) {
      if (had !== -EAGAIN) check(path, had)
      if (now() >= deadline) throw new HostError(path, `lock is held by another program for ${seconds} s`)
      sleep(LOCK_PAUSE)
    }
    return work()
  })

declare const scriptArgs: readonly string[]

const started = now()

/** The host of this machine, seen below `root` ("" for /): `$BITBUILDER_ROOT` moves all reading, never the output. */
export const quickjsHost = (root: string): Host => {
  const linkAt = (here: string): string | undefined => {
    const path = `${root}${here}`
    // What is wrong with it, the call that the way is for will say.
    if (linux.lstat(HERE, path) < 0 || linux.lastKind() !== 'link') return undefined
    return linux.lastTarget(check(here, linux.readlink(HERE, path)))
  }

  /** Below another root an absolute link must not lead to this machine's files; without one the kernel knows the way. */
  const real = (path: string, followLast: boolean): string =>
    root === '' ? path : `${root}${locate(path, followLast, linkAt)}`

  const openThere = (path: string, followLast: boolean, flags: number): number | undefined =>
    checkThere(path, linux.open(HERE, real(path, followLast), flags))

  // A path without links leads nowhere else, and one call says so. Of all others, and of what is wrong, the careful way
  // that every host has takes care.
  const openInside = (base: string, relative: string, flags: number): number =>
    relative.includes('..') ? -ELOOP : linux.openWithoutLinks(`${root}${base}/${relative}`, flags)

  const listInside = (base: string, relative: string): readonly DirEntry[] | undefined => {
    const fd = openInside(base, relative, O_RDONLY | O_DIRECTORY)
    if (fd === -ENOENT) return undefined
    if (fd < 0) return listComponents(host, base, relative)
    const entries: DirEntry[] = []
    const result = linux.readEntries(fd, entries)
    linux.close(fd)
    if (result < 0) check(`${base}/${relative}`, result)
    return sorted(entries)
  }

  const scanInside = (base: string, relative: string): readonly Scanned[] | undefined => {
    const fd =
      relative === ''
        ? openThere(base, true, O_RDONLY | O_DIRECTORY)
        : openInside(base, relative, O_RDONLY | O_DIRECTORY)
    if (fd === undefined || fd === -ENOENT) return undefined
    if (fd < 0) return scanComponents(host, base, relative, scanned)
    const entries: Scanned[] = []
    const result = linux.scanEntries(fd, entries)
    linux.close(fd)
    if (result < 0) check(`${base}/${relative}`, result)
    return entries
  }

  const scanned = (path: string): Omit<Scanned, 'name' | 'isPlain'> | undefined =>
    checkThere(path, linux.lstat(HERE, real(path, false))) === undefined ? undefined : linux.lastScanned()

  const attributesOf = (path: string): readonly Attribute[] => {
    const found: Attribute[] = []
    const result = linux.attributes(real(path, false), found)
    // Of some file systems there are none.
    if (result < 0 && result !== -ENOENT && result !== -EOPNOTSUPP) check(path, result)
    return found
  }

  const readInside = (base: string, relative: string, limit: number): TextFile | undefined => {
    const fd = openInside(base, relative, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    if (fd === -ENOENT) return undefined
    return fd < 0
      ? readFileInside(host, base, relative, limit)
      : using(fd, () => readText(`${base}/${relative}`, fd, limit))
  }

  const host: Host = {
    below: (other) => quickjsHost(other.replace(/\/+$/, '')),
    owner: root !== '' && linux.stat(HERE, root) >= 0 ? linux.lastStat().uid : 0,
    stat: (path) =>
      checkThere(path, linux.lstat(HERE, real(path, false))) === undefined ? undefined : linux.lastStat(),
    readDir: (path) => {
      const fd = openThere(path, true, O_RDONLY | O_DIRECTORY)
      return fd === undefined ? undefined : using(fd, () => listDir(path, fd))
    },
    listInside,
    scanInside,
    attributes: (paths) => paths.map(attributesOf),
    readFileInside: readInside,
    readLink: (path) => linux.lastTarget(check(path, linux.readlink(HERE, real(path, false)))),
    readFile: (path, limit) => {
      const fd = openThere(path, true, O_RDONLY | O_NONBLOCK | O_NOCTTY)
      return fd === undefined ? undefined : using(fd, () => readText(path, fd, limit))
    },
    readBytes: (path, offset, length) => {
      const fd = openThere(path, false, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
      return fd === undefined ? new Uint8Array() : using(fd, () => readPart(path, fd, offset, length))
    },

    ...writer,

    calledAs: (scriptArgs[0] ?? '').split('/').pop() || 'bitbuilder',
    env: getenv,
    now: () => (now() - started) / 1000,
    architecture: () => {
      const name = linux.machineName()
      return ARCHITECTURES[name] ?? name
    },
    isTerminal: () => isatty(1),

    readInput,
    print: (text) => say(1, text),
    log,

    run: runToEnd,
    watch: runToEnd,
    become,
    withLock,
    sleep,
  }
  return host
}

// In the place of a standard stream that is closed the next file to be opened would come, and be printed into.
let spare = linux.open(HERE, '/dev/null', O_RDWR)
while (spare >= 0 && spare <= 2) spare = linux.open(HERE, '/dev/null', O_RDWR)
linux.close(spare)

// A reader that goes away is told by write(2), not by a signal.
signal(SIGPIPE, undefined)

/** This process on its engine, as programs/bitbuilder.ts starts it. */
export const engine = { host: quickjsHost(''), args: scriptArgs.slice(1), exit }
