/** Whole processes against the monotonic clock, taken in turns, so that a busy moment of the machine costs all alike. */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { hrtime } from 'node:process'

/** Somebody who takes part. */
export interface Contender {
  readonly name: string
  readonly command: readonly string[]
  /** Runs that are timed. */
  readonly runs: number
  /** Throws when the run did not do what it is timed for. */
  readonly check: () => void
}

/** Milliseconds, and KiB at the peak (undefined without GNU time). */
export interface Timing {
  readonly name: string
  readonly runs: number
  readonly median: number
  readonly min: number
  readonly max: number
  readonly memory: number | undefined
}

/** The three directories of systemd.generator(7), on the tmpfs of the bench. */
const OUTPUT = '/var/lib/bench'
export const DIRECTORIES = ['normal', 'early', 'late'].map((name) => `${OUTPUT}/${name}`)

const empty = (): void => {
  rmSync(OUTPUT, { recursive: true, force: true })
  for (const dir of DIRECTORIES) mkdirSync(dir, { recursive: true })
}

/** What systemd gives a generator, systemd.generator(7); the rest of our own environment is none of its business. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', SYSTEMD_SCOPE: 'system' }

const start = ([file = '', ...args]: readonly string[], stderr: 'ignore' | 'pipe'): SpawnSyncReturns<string> =>
  spawnSync(file, args, { stdio: ['ignore', 'ignore', stderr], env: ENVIRONMENT, encoding: 'utf8' })

const succeeded = ({ command, check }: Contender, { status, error, stderr }: SpawnSyncReturns<string>): void => {
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command.join(' ')}: exit status ${status}\n${stderr ?? ''}`)
  check()
}

const runOnce = (contender: Contender): number => {
  empty()
  const before = hrtime.bigint()
  const finished = start(contender.command, 'ignore')
  const took = Number(hrtime.bigint() - before) / 1e6
  succeeded(contender, finished)
  return took
}

const GNU_TIME = '/usr/bin/time'

const peakMemory = (contender: Contender): number | undefined => {
  if (!existsSync(GNU_TIME)) return undefined
  empty()
  const finished = start([GNU_TIME, '--quiet', '--format=%M', ...contender.command], 'pipe')
  succeeded(contender, finished)
  return Number(finished.stderr.trim().split('\n').at(-1))
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2
}

/** One run of each to warm up (and to see that it works), then A B C A B C until each has had its runs. */
export const measure = (contenders: readonly Contender[]): readonly Timing[] => {
  const memory = contenders.map(peakMemory)
  for (const contender of contenders) runOnce(contender)
  const taken = contenders.map((): number[] => [])
  const rounds = Math.max(...contenders.map(({ runs }) => runs))
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      if (round < contender.runs) taken[index]?.push(runOnce(contender))
    }
  }
  return contenders.map(({ name }, index) => {
    const times = taken[index] as number[]
    return {
      name,
      runs: times.length,
      median: median(times),
      min: Math.min(...times),
      max: Math.max(...times),
      memory: memory[index],
    }
  })
}
