/** Whole processes against the monotonic clock, taken in turns, so that a busy moment of the machine costs all alike. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { TIMED } from './executables.ts'

/** Somebody who takes part. */
export interface Contender {
  readonly name: string
  readonly command: readonly string[]
  /** Runs that are timed. */
  readonly runs: number
  /** Throws when the run did not do what it is timed for. */
  readonly check: () => void
}

/** Milliseconds of all runs; of one run the peak in KiB and the instructions in user mode (0: not counted here). */
export interface Timing {
  readonly name: string
  readonly runs: number
  readonly median: number
  /** What a quarter of the runs stayed below: less of what else the machine did than in the median, less luck than in `min`. */
  readonly quarter: number
  readonly min: number
  readonly max: number
  readonly memory: number
  readonly instructions: number
}

/** The three directories of systemd.generator(7), on a tmpfs. */
const OUTPUT = '/run/bench'
export const DIRECTORIES = ['normal', 'early', 'late'].map((name) => `${OUTPUT}/${name}`)
export const NORMAL = `${OUTPUT}/normal`

const empty = (): void => {
  rmSync(OUTPUT, { recursive: true, force: true })
  for (const dir of DIRECTORIES) mkdirSync(dir, { recursive: true })
}

/** What systemd gives a generator, systemd.generator(7); the rest of our own environment is none of its business. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', SYSTEMD_SCOPE: 'system' }

interface Run {
  readonly took: number
  readonly memory: number
  readonly instructions: number
}

const start = (command: readonly string[]): Run => {
  const { error, stdout, stderr } = spawnSync(TIMED, command, { env: ENVIRONMENT, encoding: 'utf8' })
  if (error !== undefined) throw error
  const [nanoseconds = NaN, memory = NaN, instructions = NaN, status = NaN] = stdout.split(' ').map(Number)
  if (status !== 0) throw new Error(`${command.join(' ')}: exit status ${status}${stderr}`)
  return { took: nanoseconds / 1e6, memory, instructions }
}

/** Runs it once, on empty directories. */
export const runOnce = ({ command, check }: Contender): Run => {
  empty()
  const run = start(command)
  check()
  return run
}

const DROP = '/proc/sys/vm/drop_caches'

/** Throws where the machine does not permit it. */
const dropCaches = (): void => {
  spawnSync('sync')
  writeFileSync(DROP, '3')
}

/** Why caches cannot be dropped here; undefined when they can. */
export const whyNotCold = (): string | undefined => {
  if (!existsSync(DROP)) return `there is no ${DROP}`
  try {
    dropCaches()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2
}

export const lowerQuartile = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[(values.length - 1) >> 2] as number

const timingOf = (name: string, runs: readonly Run[]): Timing => {
  const times = runs.map(({ took }) => took)
  return {
    name,
    runs: runs.length,
    median: median(times),
    quarter: lowerQuartile(times),
    min: Math.min(...times),
    max: Math.max(...times),
    memory: Math.max(...runs.map(({ memory }) => memory)),
    instructions: median(runs.map(({ instructions }) => instructions)),
  }
}

/**
 * A B C A B C until each has had its runs. Before that one run of each to warm up, or with `cold` before every run nothing
 * of what was read from disk is left in memory.
 */
export const measure = (contenders: readonly Contender[], cold: boolean): readonly Timing[] => {
  if (!cold) for (const contender of contenders) runOnce(contender)
  const taken = contenders.map((): Run[] => [])
  const rounds = Math.max(...contenders.map(({ runs }) => runs))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      if (round >= contender.runs) continue
      if (cold) dropCaches()
      taken[index]?.push(runOnce(contender))
    }
  }
  return contenders.map(({ name }, index) => timingOf(name, taken[index] as Run[]))
}
