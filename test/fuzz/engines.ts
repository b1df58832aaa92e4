/** The programs on their engines: as processes of their own, and the portable ones within this one. */

import { spawnSync } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mountGenerator } from '../../generators/mount-generator.ts'
import { tenantGenerator } from '../../generators/tenant-generator.ts'
import { bitbuilder } from '../../lib/cli/cli.ts'
import type { Host, Level } from '../../lib/host/host.ts'
import { nodeHost } from '../../lib/host/node.ts'
import { runByName } from '../../lib/program/by-name.ts'
import type { Stage } from './stage.ts'
import type { World } from './world.ts'

export interface Call {
  readonly program: string
  readonly args: readonly string[]
}

/** What one call came to; texts are bytes, one character each. */
export interface Ran {
  /** Exit status, or why there is none: `SIGSEGV`, `hang`. */
  readonly status: number | string
  readonly stdout: string
  readonly stderr: string
}

export interface Engine {
  run(world: World, call: Call): Ran
}

/** A generator is to give up by itself after 2 s; what takes longer than this hangs. Milliseconds. */
const LONGEST = 5000

const environment = (stage: Stage, world: World): Record<string, string> => ({
  BITBUILDER_ROOT: stage.root,
  ...world.env,
})

interface Said {
  readonly fd: number
  readonly path: string
}

/** Files for what processes say. Not pipes: a file is no slower, and its inode is known for $JOURNAL_STREAM. */
const sayInto = (stage: Stage, name: string): Said => {
  mkdirSync(join(stage.dir, 'said'), { recursive: true })
  const path = join(stage.dir, 'said', name)
  return { fd: openSync(path, 'a+'), path }
}

const heard = ({ fd, path }: Said): string => {
  if (fstatSync(fd).size === 0) return ''
  const text = readFileSync(path, 'latin1')
  ftruncateSync(fd, 0)
  return text
}

const statusOf = ({ status, signal, error }: ReturnType<typeof spawnSync>): number | string => {
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') return 'hang'
  if (error !== undefined) throw error
  return status ?? String(signal)
}

/** Executables in a directory, one name for each program. */
export const processEngine = (stage: Stage, bin: string): Engine & Disposable => {
  const [out, err] = [sayInto(stage, 'stdout'), sayInto(stage, 'stderr')]
  const { dev, ino } = fstatSync(err.fd)
  return {
    run: (world, { program, args }) => {
      const journal = world.journal ? { JOURNAL_STREAM: `${dev}:${ino}` } : {}
      const ended = spawnSync(join(bin, program), args, {
        cwd: stage.dir,
        env: { ...environment(stage, world), ...journal },
        stdio: ['ignore', out.fd, err.fd],
        timeout: LONGEST,
        killSignal: 'SIGKILL',
      })
      return { status: statusOf(ended), stdout: heard(out), stderr: heard(err) }
    },
    [Symbol.dispose]: () => {
      for (const { fd } of [out, err]) closeSync(fd)
    },
  }
}

const PROGRAMS = { bitbuilder, 'mount-generator': mountGenerator, 'tenant-generator': tenantGenerator }

const PRIORITY: Readonly<Record<Level, string>> = { error: '<3>', warning: '<4>', info: '<6>' }

const asBytes = (text: string): string => Buffer.from(text).toString('latin1')

/** The same TypeScript on the Node that runs this: a process of its own takes ten times as long as what it does. */
export const portableEngine = (stage: Stage): Engine => ({
  run: (world, { program, args }) => {
    const said = { stdout: '', stderr: '' }
    const env = environment(stage, world)
    const heardBy = (host: Host): Host => ({
      ...host,
      below: (root) => heardBy(host.below(root)),
      calledAs: program,
      env: (name) => env[name],
      isTerminal: () => false,
      print: (text) => {
        said.stdout += asBytes(text)
      },
      log: (level, line) => {
        said.stderr += asBytes(`${world.journal ? PRIORITY[level] : ''}${line}\n`)
      },
    })
    process.chdir(stage.dir)
    const status = runByName(heardBy(nodeHost('')).below(stage.root), args, PROGRAMS)
    return { status, ...said }
  },
})
