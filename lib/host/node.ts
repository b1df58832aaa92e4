/** The host port on Node: all of it that needs `node:*`, which no other file of the core imports, and long for that reason. */

import { isUtf8 } from 'node:buffer'
import type { Dirent, Stats } from 'node:fs'
import { arch, argv } from 'node:process'
import { reasonOf } from './errno.ts'
import { readAttributes } from './getfattr.ts'
import type { Directory, Finished, Host, Kind, Stat, TextFile } from './host.ts'
import { byCodeUnit, HostError, WRONG_KIND } from './host.ts'
import { listInside, scanInside } from './list-inside.ts'
import { locate } from './locate.ts'
import { logBy } from './log.ts'
import { nestingOf } from './nesting.ts'
import { watch } from './node-watch.ts'
import { readFileInside } from './resolve.ts'

// Not imported: bundled, `import * as` would copy the whole namespace at every start, and a generator needs neither
// child_process, which takes longer to load than a tenant to generate, nor os.
const fs = process.getBuiltinModule('node:fs')
const childProcess = () => process.getBuiltinModule('node:child_process')
const signals = () => process.getBuiltinModule('node:os').constants.signals

const { O_CREAT, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'x86-64',
  arm64: 'arm64',
  ia32: 'x86',
  arm: 'arm',
  ppc64: 'ppc64-le',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loongarch64',
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

const toHostError = (path: string, error: unknown): HostError => {
  if (error instanceof HostError) return error
  const code = codeOf(error)
  return new HostError(path, reasonOf(code))
}

const isAbsent = (error: unknown): boolean => codeOf(error) === 'ENOENT'

const kindOf = (entry: Stats | Dirent): Kind => {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  if (entry.isSymbolicLink()) return 'link'
  if (entry.isFIFO()) return 'fifo'
  return entry.isSocket() ? 'socket' : 'device'
}

const statOf = (stats: Stats): Stat => ({
  kind: kindOf(stats),
  uid: stats.uid,
  gid: stats.gid,
  mode: stats.mode & 0o7777,
  size: stats.size,
})

/** makedev(3), of devices as Linux has them: 12 bits and 20. */
const deviceOf = (stats: Stats): string =>
  stats.isCharacterDevice() || stats.isBlockDevice()
    ? `${(stats.rdev >>> 8) & 0xfff}:${(stats.rdev & 0xff) | ((stats.rdev >>> 12) & 0xfff00)}`
    : ''

const isProgram = (path: string): boolean => {
  try {
    fs.accessSync(path, fs.constants.X_OK)
    return fs.statSync(path).isFile()
  } catch {
    return false
  }
}

/** Runs `work` on an open file and closes it; `undefined` when there is no such file. */
const withFile = <T>(path: string, flags: number, work: (fd: number) => T): T | undefined => {
  let fd: number
  try {
    fd = fs.openSync(path, flags)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  try {
    return work(fd)
  } finally {
    fs.closeSync(fd)
  }
}

const checkFile = (path: string, fd: number): Stat => {
  const stat = statOf(fs.fstatSync(fd))
  if (stat.kind !== 'file') throw new HostError(path, WRONG_KIND[stat.kind])
  return stat
}

const readFully = (fd: number, buffer: Uint8Array, offset: number): number => {
  let filled = 0
  while (filled < buffer.length) {
    const count = fs.readSync(fd, buffer, filled, buffer.length - filled, offset + filled)
    if (count === 0) break
    filled += count
  }
  return filled
}

const decode = (path: string, bytes: Buffer): string => {
  if (!isUtf8(bytes)) throw new HostError(path, 'is not valid UTF-8')
  return bytes.toString('utf8')
}

const readText = (path: string, fd: number, limit: number): TextFile => {
  const stat = checkFile(path, fd)
  // One byte more than there should be: a file that grows, or one of /proc that says 0, is still read to its end.
  let buffer = Buffer.allocUnsafe(Math.min(limit, Math.max(stat.size, 4096)) + 1)
  let filled = readFully(fd, buffer, 0)
  while (filled === buffer.length && filled <= limit) {
    buffer = Buffer.allocUnsafe(Math.min(limit + 1, 16 * buffer.length))
    filled = readFully(fd, buffer, 0)
  }
  if (stat.size > limit || filled > limit) throw new HostError(path, `is larger than ${limit >> 10} KiB`)
  const text = decode(path, buffer.subarray(0, filled))
  return { stat, text, nesting: nestingOf(text) }
}

const pause = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

const writeAll = (fd: number, text: string): void => {
  const bytes = Buffer.from(text)
  let written = 0
  while (written < bytes.length) {
    try {
      written += fs.writeSync(fd, bytes, written)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      pause(5)
    }
  }
}

const makeOne = (path: string): void => {
  try {
    fs.mkdirSync(path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !fs.statSync(path).isDirectory()) throw error
  }
}

/** With its parents. Node's own way never ends where nothing can be made, as below /proc. */
const makeAll = (path: string): void => {
  try {
    makeOne(path)
  } catch (error) {
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0))
    if (!isAbsent(error) || parent === '') throw error
    makeAll(parent)
    makeOne(path)
  }
}

const readInput = (most: number): Uint8Array => {
  const buffer = Buffer.alloc(most)
  for (;;) {
    try {
      return buffer.subarray(0, fs.readSync(0, buffer))
    } catch (error) {
      if (codeOf(error) === 'ECONNRESET') return buffer.subarray(0, 0)
      // Somebody who has the same file open may not want to wait.
      if (codeOf(error) !== 'EAGAIN') throw toHostError('standard input', error)
      pause(5)
    }
  }
}

/** To a terminal or a pipe whose reader may have gone: `bitbuilder list | head` is no failure. */
const say = (fd: number, text: string): void => {
  try {
    writeAll(fd, text)
  } catch (error) {
    if (codeOf(error) !== 'EPIPE') throw toHostError(fd === 1 ? 'standard output' : 'standard error', error)
  }
}

const toKernelLog = (text: string): boolean => {
  try {
    return withFile('/dev/kmsg', O_WRONLY | O_NOCTTY, (fd) => fs.writeSync(fd, text)) !== undefined
  } catch {
    return false
  }
}

const log = logBy({
  env: (name) => process.env[name],
  pid: process.pid,
  stream: () => {
    const stats = fs.fstatSync(2)
    return `${stats.dev}:${stats.ino}`
  },
  toKernel: toKernelLog,
  toStandardError: (text) => say(2, text),
})

/** The host of this machine, seen below `root` ("" for /): `$BITBUILDER_ROOT` moves all reading, never the output. */
export const nodeHost = (root: string): Host => {
  /** Below another root an absolute link must not lead to this machine's files; without one the kernel knows the way. */
  const real = (path: string, followLast: boolean): string => {
    if (root === '') return path
    const inside = locate(path, followLast, (here) => {
      const stats = fs.lstatSync(`${root}${here}`, { throwIfNoEntry: false })
      return stats?.isSymbolicLink() === true ? fs.readlinkSync(`${root}${here}`) : undefined
    })
    return `${root}${inside}`
  }

  const absentOr = <T>(path: string, work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw toHostError(path, error)
    }
  }

  const orHostError = <T>(path: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw toHostError(path, error)
    }
  }

  const host: Host = {
    below: (other) => nodeHost(other.replace(/\/+$/, '')),
    owner: root === '' ? 0 : (fs.statSync(root, { throwIfNoEntry: false })?.uid ?? 0),
    stat: (path) =>
      absentOr(path, () => {
        const stats = fs.lstatSync(real(path, false), { throwIfNoEntry: false })
        return stats === undefined ? undefined : statOf(stats)
      }),
    readDir: (path) =>
      absentOr(path, (): Directory => {
        const dir = real(path, true)
        const entries = fs.readdirSync(dir, { withFileTypes: true })
        const list = entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
        return { stat: statOf(fs.statSync(dir)), entries: list.sort(byCodeUnit) }
      }),
    listInside: (base, relative) => listInside(host, base, relative),
    scanInside: (base, relative) =>
      scanInside(host, base, relative, (path) =>
        absentOr(path, () => {
          const stats = fs.lstatSync(real(path, false), { throwIfNoEntry: false })
          return stats === undefined ? undefined : { ...statOf(stats), links: stats.nlink, device: deviceOf(stats) }
        }),
      ),
    attributes: (paths) => readAttributes(host, paths, (path) => real(path, false)),
    readLink: (path) => orHostError(path, () => fs.readlinkSync(real(path, false))),
    readFile: (path, limit) =>
      orHostError(path, () =>
        withFile(real(path, true), O_RDONLY | O_NONBLOCK | O_NOCTTY, (fd) => readText(path, fd, limit)),
      ),
    readFileInside: (base, relative, limit) => readFileInside(host, base, relative, limit),
    readBytes: (path, offset, length) =>
      orHostError(path, () => {
        const found = withFile(real(path, false), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, (fd) => {
          checkFile(path, fd)
          // No Buffer: one of those is not copied by slice(), and the bytes are the caller's.
          const bytes = new Uint8Array(length)
          return bytes.subarray(0, readFully(fd, bytes, offset))
        })
        return found ?? new Uint8Array()
      }),

    makeDir: (path) => orHostError(path, () => makeAll(path)),
    createFile: (path, text) => orHostError(path, () => fs.writeFileSync(path, text, { flag: 'wx', mode: 0o644 })),
    symlink: (target, path) => orHostError(path, () => fs.symlinkSync(target, path)),

    makeDirMode: (path, mode) =>
      orHostError(path, () => {
        try {
          fs.mkdirSync(path)
        } catch (error) {
          if (codeOf(error) !== 'EEXIST') throw error
        }
        withFile(path, O_RDONLY | O_NOFOLLOW | fs.constants.O_DIRECTORY, (fd) => {
          fs.fchmodSync(fd, mode)
          fs.fchownSync(fd, process.geteuid?.() ?? 0, process.getegid?.() ?? 0)
        })
      }),
    setMode: (path, mode) =>
      orHostError(path, () => {
        const done = withFile(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, (fd) => {
          fs.fchmodSync(fd, mode)
          return true
        })
        if (done === undefined) throw new HostError(path, 'ENOENT')
      }),
    replaceFile: (path, text, mode) =>
      orHostError(path, () => {
        const beside = `${path}.${process.pid}.tmp`
        fs.rmSync(beside, { force: true })
        const fd = fs.openSync(beside, 'wx', 0o600)
        try {
          writeAll(fd, text)
          fs.fchmodSync(fd, mode)
          fs.fsyncSync(fd)
          fs.renameSync(beside, path)
        } catch (error) {
          fs.rmSync(beside, { force: true })
          throw error
        } finally {
          fs.closeSync(fd)
        }
      }),
    rename: (from, to) => orHostError(to, () => fs.renameSync(from, to)),
    remove: (path) => orHostError(path, () => fs.rmSync(path, { recursive: true, force: true })),

    calledAs: (process.argv0.split('/').pop() ?? '') || 'bitbuilder',
    env: (name) => process.env[name],
    now: () => process.uptime() * 1000,
    architecture: () => ARCHITECTURES[arch] ?? arch,
    isTerminal: () => process.stdout.isTTY === true,

    readInput,
    print: (text) => say(1, text),
    log,

    run: (command, seconds): Finished => {
      const [file = '', ...args] = command
      if (file === '') return { status: 127, stdout: '', stderr: 'no command given' }
      // It throws for a NUL in an argument.
      const finished = orHostError(file, () =>
        childProcess().spawnSync(file, args, {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
          timeout: seconds * 1000,
          // A program that ignores SIGTERM must not hold us for ever.
          killSignal: 'SIGKILL',
          maxBuffer: 64 << 20,
        }),
      )
      const status = finished.status ?? (finished.signal === null ? 127 : 128 + signals()[finished.signal])
      return { status, stdout: finished.stdout ?? '', stderr: finished.stderr ?? '' }
    },
    watch: (command, seconds, tick) => {
      if ((command[0] ?? '') === '') return host.run(command, seconds)
      return watch(command, seconds, tick)
    },
    become: (command) => {
      const [file = ''] = command
      const dirs = (process.env.PATH ?? '').split(':')
      if (file === '' || !dirs.some((dir) => isProgram(`${dir}/${file}`))) throw new HostError(file, reasonOf('ENOENT'))
      // Node ignores some signals, and what it becomes would do so as well.
      orHostError(file, () =>
        process.execve?.('/usr/bin/env', ['env', '--default-signal', '--', ...command], process.env),
      )
    },
    withLock: (path, seconds, work) => {
      const fd = orHostError(path, () => fs.openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600))
      try {
        // flock(1) takes the lock on our own open file: it outlives flock and goes with us, however we end.
        const locked = childProcess().spawnSync('flock', ['--wait', String(seconds), '3'], {
          stdio: ['ignore', 'ignore', 'ignore', fd],
        })
        if (locked.status !== 0) throw new HostError(path, `lock is held by another program for ${seconds} s`)
        return work()
      } finally {
        fs.closeSync(fd)
      }
    },
    sleep: pause,
  }
  return host
}

/** This process on its engine, as programs/bitbuilder.ts starts it. */
export const engine = {
  host: nodeHost(''),
  args: argv.slice(2),
  exit: (status: number): void => {
    process.exitCode = status
  },
}
