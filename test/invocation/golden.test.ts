import { lstatSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { goldenCases } from '../support/golden-case.ts'
import { materialise, temporaryDir } from '../support/materialise.ts'
import { type Outcome, readOutput, runOnDisk } from '../support/transcript.ts'
import { call, GENERATORS, linkProgram } from './packed.ts'

/** Whatever a write anywhere below would change. */
const fingerprint = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort()
    .map((path) => {
      const { mode, uid, size, mtimeMs, ctimeMs, ino } = lstatSync(path)
      return [path, mode, uid, size, mtimeMs, ctimeMs, ino].join(' ')
    })

describe.for(goldenCases())('$name', (one) => {
  test('comes out of the executable as out of the source', async () => {
    using dir = temporaryDir()
    const root = `${dir.path}/root`
    await materialise(new Map([['', { node: { kind: 'directory' }, mode: 0o755, uid: 0, gid: 0 }], ...one.tree]), root)
    const before = fingerprint(root)
    const out = `${dir.path}/out`
    const env = { ...one.spec.env, BITBUILDER_ROOT: root }
    const ended = GENERATORS.map((name) => {
      const program = linkProgram(dir.path, name)
      return [name, call([program, out, `${dir.path}/early`, `${dir.path}/late`], env)] as const
    })
    const outcome: Outcome = {
      files: readdirSync(dir.path).includes('out') ? readOutput(out) : [],
      log: ended.flatMap(([, { stderr }]) => stderr.split('\n').slice(0, -1)),
      exits: Object.fromEntries(ended.map(([name, { status }]) => [name, status ?? -1])),
    }
    const expected = runOnDisk(one, root, `${dir.path}/expected`, undefined)
    expect(outcome).toEqual({ ...expected, log: expected.log.map((line) => line.replace(/^<\d>/, '')) })
    expect(ended.map(([, { stdout }]) => stdout)).toEqual(['', ''])
    expect(fingerprint(root)).toEqual(before)
    expect(readdirSync(dir.path).filter((name) => !['bin', 'root', 'out', 'expected'].includes(name))).toEqual([])
  })
})
