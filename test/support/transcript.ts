import { mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mountGenerator } from '../../generators/mount-generator.ts'
import { tenantGenerator } from '../../generators/tenant-generator.ts'
import type { Host, Level } from '../../lib/host/host.ts'
import { memoryHost } from '../../lib/host/memory.ts'
import { nodeHost } from '../../lib/host/node.ts'
import type { GoldenCase } from './golden-case.ts'
import { inMemory } from './materialise.ts'

/** What a run of both generators leaves behind. */
export interface Outcome {
  /** Path below the output directory, and the text of a file or `-> TARGET`. */
  readonly files: readonly (readonly [string, string])[]
  readonly log: readonly string[]
  readonly exits: Readonly<Record<string, number>>
}

const PRIORITY: Readonly<Record<Level, string>> = { error: '<3>', warning: '<4>', info: '<6>' }

const GENERATORS = { 'tenant-generator': tenantGenerator, 'mount-generator': mountGenerator }

/** Files and links below a directory, sorted by path. */
export const readOutput = (dir: string): readonly (readonly [string, string])[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const whole = `${entry.parentPath}/${entry.name}`
      const text = entry.isSymbolicLink() ? `-> ${readlinkSync(whole)}` : readFileSync(whole, 'utf8')
      return [whole.slice(dir.length + 1), text] as const
    })
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** Both generators, one after the other, into the same directory, as systemd runs them. */
const runBoth = (host: Host, out: string): Record<string, number> => {
  const args = [out, `${out}.early`, `${out}.late`]
  return Object.fromEntries(Object.entries(GENERATORS).map(([name, main]) => [name, main(host, args)]))
}

/** On a real file system below `root`; the clock stands still, and nothing of this machine's environment is seen. */
export const runOnDisk = (
  { spec }: GoldenCase,
  root: string,
  out: string,
  architecture: string | undefined = 'x86-64',
): Outcome => {
  const log: string[] = []
  const real = nodeHost(root)
  const host: Host = {
    ...real,
    architecture: () => architecture ?? real.architecture(),
    env: (name) => spec.env?.[name],
    now: () => 0,
    log: (level, line) => log.push(`${PRIORITY[level]}${line}`),
  }
  mkdirSync(out, { recursive: true })
  const exits = runBoth(host, out)
  return { files: readOutput(out), log, exits }
}

export const runInMemory = ({ spec, tree }: GoldenCase): Outcome => {
  const host = memoryHost({ ...inMemory(tree), '/out': { kind: 'directory' } }, { env: spec.env ?? {} })
  const exits = runBoth(host, '/out')
  return { files: host.tree('/out'), log: host.logged.map(({ level, line }) => `${PRIORITY[level]}${line}`), exits }
}

/** One text to read and to compare: every unit with its path, then what was logged, then how it ended. */
export const transcript = ({ files, log, exits }: Outcome): string =>
  [
    ...files.map(([path, text]) => (text.startsWith('-> ') ? `--- /${path} ${text}\n` : `--- /${path}\n${text}`)),
    `--- log\n${log.map((line) => `${line}\n`).join('')}`,
    ...Object.entries(exits).map(([name, status]) => `--- exit ${name} ${status}\n`),
  ].join('')
