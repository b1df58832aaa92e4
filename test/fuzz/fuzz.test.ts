import { randomInt } from 'node:crypto'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/materialise.ts'
import { describeWorld } from './describe.ts'
import { makeWorld } from './make-world.ts'
import { fuzz, USUAL } from './run.ts'

/** Some twenty seconds on two processors. */
const WORLDS = 2000

const TIME = { timeout: 300_000 }

test(`both engines make the same of ${WORLDS} broken worlds`, TIME, async () => {
  const seed = randomInt(10 ** 9)
  const { worlds, failures } = await fuzz({ ...USUAL, seed, end: WORLDS, mostShrunk: 3 })
  const told = failures.slice(0, 3).map(({ index, complaints, description }) => {
    return `node test/fuzz/fuzz.ts --seed ${seed} --only ${index}\n${complaints.join('\n')}\n${description}`
  })
  expect(told.join('\n\n')).toBe('')
  expect([worlds, failures.length]).toEqual([WORLDS, 0])
})

test('a seed and a number always make the same world', () => {
  for (let index = 0; index < 200; index += 1)
    expect(describeWorld(makeWorld(1, index))).toBe(describeWorld(makeWorld(1, index)))
  expect(describeWorld(makeWorld(2, 0))).not.toBe(describeWorld(makeWorld(1, 0)))
})

/** The real tenant-generator with something wrong with it: `real` calls it, `$1` is its directory. */
const BROKEN = [
  ['changes a byte', 'real "$@"; for f in "$1"/*.slice; do [ ! -f "$f" ] || echo >>"$f"; done', /slice differs/],
  ['changes a mode', 'real "$@"; chmod -f 600 "$1"/*.slice', /slice differs/],
  ['leaves a link out', 'real "$@"; rm -rf "$1/tenants.target.wants"', /tenants\.target\.wants differs/],
  ['writes elsewhere', 'real "$@"; touch "$1.other"', /\.other differs/],
  ['says more', 'echo "<4>careful" >&2; real "$@"', /stderr differs/],
  ['prints', 'echo hello; real "$@"', /stdout differs/],
  ['forgets that something was wrong', 'real "$@"; exit 0', /exit status 0 with an error message/],
  ['fails in silence', 'exit 1', /exit status 1 without a message/],
  ['ends with another status', 'real "$@"; exit 3', /exit status 3, expected 0 or 1/],
  ['has a bug', 'echo "<3>tenant-generator: internal error: oops" >&2; exit 1', /native .*internal error/],
  ['crashes', 'ulimit -c 0; kill -SEGV $$', /crashed by SIGSEGV/],
  ['hangs', 'exec sleep 60', /hangs/],
] as const

describe('the harness sees a generator that', () => {
  test.for(BROKEN)('%s', TIME, async ([, script, complaint]) => {
    using dir = temporaryDir()
    const native = `${dir.path}/bin`
    mkdirSync(native)
    for (const name of ['bitbuilder', 'mount-generator']) symlinkSync(`${USUAL.native}/${name}`, `${native}/${name}`)
    const path = `${native}/tenant-generator`
    writeFileSync(path, `#!/bin/sh\nreal() { '${USUAL.native}/tenant-generator' "$@"; }\n${script}\n`)
    chmodSync(path, 0o755)
    const never = WORLDS
    const { failures } = await fuzz({ ...USUAL, seed: 1, first: 1, end: 5, native, mostShrunk: 0, verbsEvery: never })
    expect(failures.flatMap(({ complaints }) => complaints).join('\n')).toMatch(complaint)
  })
})
