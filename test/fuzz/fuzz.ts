/**
 * node test/fuzz/fuzz.ts [--runs N] [--seed S] [--only INDEX] [--keep DIR]
 *
 * Plays worlds that are broken in all ways that come to mind on the native executables and on the portable ones, and tells
 * of every crash, hang and difference. The same seed makes the same worlds.
 */

import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { describeWorld, kindOf } from './describe.ts'
import { makeWorld } from './make-world.ts'
import { fuzz, USUAL } from './run.ts'
import type { Failure } from './worker.ts'

/** Of one kind of failure, so many are told in full; the rest is counted. */
const MOST_TOLD = 2

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(10 ** 9)) },
    only: { type: 'string' },
    keep: { type: 'string' },
    workers: { type: 'string', default: String(USUAL.workers) },
    native: { type: 'string', default: USUAL.native },
    packed: { type: 'string', default: USUAL.packed },
  },
})

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const wholeNumber = (text: string): number => {
  if (!/^[0-9]{1,9}$/.test(text)) throw new Error(`expected a whole number, got '${text}'`)
  return Number(text)
}

const kinds = new Map<string, number>()

const onFailure = ({ index, complaints, description }: Failure): void => {
  const kind = kindOf(complaints[0] ?? '')
  const count = (kinds.get(kind) ?? 0) + 1
  kinds.set(kind, count)
  if (count <= MOST_TOLD) say(`\n== --seed ${values.seed} --only ${index}\n${complaints.join('\n')}\n${description}`)
}

const seed = wholeNumber(values.seed)
const only = values.only === undefined ? undefined : wholeNumber(values.only)
const range =
  only === undefined
    ? { end: wholeNumber(values.runs), workers: wholeNumber(values.workers) }
    : { first: only, end: only + 1, workers: 1 }

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
say(`seed ${seed}`)
const { worlds, failures, seconds } = await fuzz({
  ...USUAL,
  ...range,
  seed,
  native: resolve(values.native),
  packed: resolve(values.packed),
  keep: values.keep === undefined ? undefined : resolve(values.keep),
  onFailure,
})
if (only !== undefined && failures.length === 0) say(describeWorld(makeWorld(seed, only)))
for (const [kind, count] of kinds) say(`${count} × ${kind}`)
say(`${worlds} worlds, ${failures.length} failures, ${Math.round(worlds / seconds)} worlds/s`)
process.exitCode = failures.length === 0 ? 0 : 1
