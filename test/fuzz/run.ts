import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { scratchDir } from './stage.ts'
import type { Failure, Task, Told } from './worker.ts'

const DIST = join(import.meta.dirname, '..', '..', 'dist')

/** `first` is the number of the first world, `end` that after the last. */
export interface Options extends Omit<Task, 'step' | 'dir'> {
  readonly workers: number
  /** Told of each failure when it is found. */
  readonly onFailure: (failure: Failure) => void
}

export const USUAL = {
  first: 0,
  workers: availableParallelism(),
  native: join(DIST, 'native', 'bin'),
  packed: join(DIST, 'bin'),
  verbsEvery: 20,
  packedEvery: 200,
  keep: undefined,
  mostShrunk: 20,
  onFailure: () => {},
} as const satisfies Partial<Options>

export interface Fuzzed {
  /** How many worlds were played. */
  readonly worlds: number
  readonly failures: readonly Failure[]
  readonly seconds: number
}

/** A world is played in some milliseconds, a failing one made smaller in some seconds. Milliseconds. */
const LONGEST_SILENCE = 180_000

/** How many worlds one worker has played. One that ends badly, or says nothing any more, fails at the world it was at. */
const follow = (child: ChildProcess, first: number, take: (failure: Failure) => void): Promise<number> =>
  new Promise((done) => {
    let [at, played] = [first, 0]
    let silent = false
    const watch = setTimeout(() => {
      silent = true
      child.kill('SIGKILL')
    }, LONGEST_SILENCE)
    child.on('message', (told: Told) => {
      watch.refresh()
      if ('at' in told) at = told.at
      else if ('failure' in told) take(told.failure)
      else played = told.played
    })
    child.on('close', (status, signal) => {
      clearTimeout(watch)
      const how = silent ? `hung for ${LONGEST_SILENCE / 1000} s` : `ended with ${signal ?? status}`
      if (status !== 0) take({ index: at, complaints: [`the portable programs in a worker: ${how}`], description: '' })
      done(played)
    })
  })

/** Plays worlds on all engines, in several processes. */
export const fuzz = async ({ workers, onFailure, ...task }: Options): Promise<Fuzzed> => {
  for (const dir of [task.native, task.packed])
    if (!existsSync(join(dir, 'tenant-generator'))) throw new Error(`${dir} has no executables, build them first`)
  const scratch = scratchDir()
  const clear = (): void => rmSync(scratch, { recursive: true, force: true })
  // Memory that nobody gives back when somebody has enough of it.
  process.once('exit', clear)
  const started = performance.now()
  const failures: Failure[] = []
  const take = (failure: Failure): void => {
    failures.push(failure)
    onFailure(failure)
  }
  const start = (number: number): Promise<number> => {
    const own: Task = { ...task, first: task.first + number, step: workers, dir: join(scratch, String(number)) }
    const child = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(own)], {
      execArgv: [],
      // A socket is bound in the temporary directory and moved from there: that must be the same file system.
      env: { ...process.env, TMPDIR: scratch },
    })
    return follow(child, own.first, take)
  }
  try {
    const played = await Promise.all(Array.from({ length: workers }, (_, number) => start(number)))
    const worlds = played.reduce((sum, one) => sum + one, 0)
    return { worlds, failures, seconds: (performance.now() - started) / 1000 }
  } finally {
    clear()
    process.off('exit', clear)
  }
}
