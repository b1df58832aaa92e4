import type { Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import type { Plan, Planned } from './planned.ts'

/** Seconds; of the files of one directory. */
const PATIENCE = 600

/** Of the words of a command together, in UTF-16 units: far below what execve(2) takes. */
const LONGEST_COMMAND = 60_000

/** `done` of `all` bytes are written. */
export type Written = (done: number, all: number) => void

const split = (path: string): readonly [string, string] => {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

type File = Extract<Planned, { kind: 'file' }>

interface Batch {
  readonly directory: string
  readonly mode: number
  readonly sources: string[]
  length: number
  size: number
}

interface Copies {
  /** Files that keep their name, by directory and mode. */
  readonly batches: readonly Batch[]
  readonly renamed: readonly (readonly [string, File])[]
}

const copiesOf = (plan: Plan): Copies => {
  const open = new Map<string, Batch>()
  const batches: Batch[] = []
  const renamed: (readonly [string, File])[] = []
  for (const [path, entry] of plan.entries) {
    if (entry.kind !== 'file') continue
    const [directory, name] = split(path)
    if (split(entry.source)[1] !== name) {
      renamed.push([path, entry])
      continue
    }
    const key = `${entry.mode} ${directory}`
    let batch = open.get(key)
    if (batch === undefined || batch.length + entry.source.length > LONGEST_COMMAND) {
      batch = { directory, mode: entry.mode, sources: [], length: 0, size: 0 }
      open.set(key, batch)
      batches.push(batch)
    }
    batch.sources.push(entry.source)
    batch.length += entry.source.length + 1
    batch.size += entry.size
  }
  return { batches, renamed }
}

const install = (mode: number): readonly string[] => ['install', `--mode=${mode.toString(8)}`]

const copyFiles = (host: Host, plan: Plan, to: string, written: Written): void => {
  const { batches, renamed } = copiesOf(plan)
  let done = 0
  for (const { directory, mode, sources, size } of batches) {
    mustRun(host, [...install(mode), `--target-directory=${to}/${directory}`, '--', ...sources], PATIENCE)
    done += size
    written(done, plan.size)
  }
  for (const [path, { mode, source, size }] of renamed) {
    mustRun(host, [...install(mode), '--no-target-directory', '--', source, `${to}/${path}`], PATIENCE)
    done += size
    written(done, plan.size)
  }
}

/** What was made when shows nowhere: the same template makes the same bytes, and an image of it too. */
const TIME = '@1'

export const settleTimes = (host: Host, directory: string): void => {
  mustRun(host, ['find', directory, '-exec', 'touch', '--no-dereference', `--date=${TIME}`, '{}', '+'], PATIENCE)
}

/** Writes all of a plan into `to`, a new directory of ours. Throws HostError. */
export const writePlan = (host: Host, plan: Plan, to: string, written: Written): void => {
  const sorted = [...plan.entries].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [path, entry] of sorted) if (entry.kind === 'directory') host.makeDirMode(`${to}/${path}`, 0o755)
  copyFiles(host, plan, to, written)
  for (const [path, entry] of sorted) {
    if (entry.kind === 'link') host.symlink(entry.target, `${to}/${path}`)
    else if (entry.kind === 'text') host.replaceFile(`${to}/${path}`, entry.text, entry.mode)
  }
}
