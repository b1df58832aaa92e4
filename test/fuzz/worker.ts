/** One of the processes that share the worlds among them; its parent is run.ts. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describeWorld } from './describe.ts'
import { portableEngine, processEngine } from './engines.ts'
import { judge } from './judge.ts'
import { makeWorld } from './make-world.ts'
import { shrink } from './shrink.ts'
import { makeStage, type Stage } from './stage.ts'
import type { World } from './world.ts'

/** What a worker is told, as JSON in its only argument. */
export interface Task {
  readonly seed: number
  /** It plays `first`, `first + step` and so on, all smaller than `end`. */
  readonly first: number
  readonly step: number
  readonly end: number
  /** Its own scratch directory. */
  readonly dir: string
  /** Directories with one executable for each program. */
  readonly native: string
  readonly packed: string
  /** Every so many worlds, the slower checks. */
  readonly verbsEvery: number
  readonly packedEvery: number
  /** Where worlds that fail are kept. */
  readonly keep: string | undefined
  /** Failures that are made smaller; of all others the whole world is told. */
  readonly mostShrunk: number
}

export interface Failure {
  readonly index: number
  readonly complaints: readonly string[]
  readonly description: string
}

/** What a worker tells: the world it is about to play, what is wrong with one, or how many it has played. */
export type Told = { readonly at: number } | { readonly failure: Failure } | { readonly played: number }

const tell = (message: Told): void => {
  process.send?.(message)
}

type Judged = (world: World) => readonly string[]

/** What is left on the stage is the world that is told of. One that fails only at times is told as it was made. */
const smallest = (index: number, world: World, complaints: readonly string[], judged: Judged): Failure => {
  const small = shrink(world, (one) => judged(one).length > 0)
  const again = judged(small)
  if (again.length > 0) return { index, complaints: again, description: describeWorld(small) }
  judged(world)
  return { index, complaints: ['fails only at times', ...complaints], description: describeWorld(world) }
}

const keepWorld = (stage: Stage, task: Task, { index, complaints, description }: Failure): void => {
  if (task.keep === undefined) return
  const dir = join(task.keep, `${task.seed}-${index}`)
  mkdirSync(dir, { recursive: true })
  spawnSync('cp', ['-a', '--', stage.root, dir])
  writeFileSync(join(dir, 'report.txt'), `${[...complaints, description].join('\n')}\n`)
}

const work = async (task: Task): Promise<number> => {
  const stage = await makeStage(task.dir)
  using native = processEngine(stage, task.native)
  using packed = processEngine(stage, task.packed)
  const engines = { native, packed, portable: portableEngine(stage) }
  let [played, failed] = [0, 0]
  for (let index = task.first; index < task.end; index += task.step) {
    tell({ at: index })
    // A message leaves only when this turn is over.
    await setImmediate()
    const depth = { verbs: index % task.verbsEvery === 0, packed: index % task.packedEvery === 0 }
    const judged: Judged = (one) => judge(stage, one, engines, depth)
    const world = makeWorld(task.seed, index)
    const complaints = judged(world)
    played += 1
    if (complaints.length === 0) continue
    failed += 1
    const failure =
      failed <= task.mostShrunk
        ? smallest(index, world, complaints, judged)
        : { index, complaints, description: describeWorld(world) }
    keepWorld(stage, task, failure)
    tell({ failure })
  }
  return played
}

tell({ played: await work(JSON.parse(process.argv[2] ?? '') as Task) })
process.disconnect?.()
