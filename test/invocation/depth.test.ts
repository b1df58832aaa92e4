import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ENGINES, type Engine } from '../support/engines.ts'
import { temporaryDir } from '../support/materialise.ts'
import { readOutput } from '../support/transcript.ts'
import { call, linkProgram } from './packed.ts'

// A parser that calls itself has as much stack as its engine gives it. What comes out must not depend on that.

const SHAPES: Readonly<Record<string, (depth: number) => string>> = {
  lists: (depth) => `{"id": "deep", "description": ${'['.repeat(depth)}${']'.repeat(depth)}}`,
  objects: (depth) => `{"id": "deep", "x": ${'{"y":'.repeat(depth)}1${'}'.repeat(depth)}}`,
  'lists that do not end': (depth) => `{"id": "deep", "description": ${'['.repeat(depth)}}`,
  'objects with a comma too many': (depth) => `{"id": "deep", "x": ${'{"y":'.repeat(depth)}1${'}'.repeat(depth)},}`,
}

const DEPTHS = [50, 500, 1500, 5000, 15_000, 200_000]

const rows = Object.keys(SHAPES).flatMap((shape) => DEPTHS.map((depth) => [depth, shape] as const))

describe.each(rows)('%d nested %s', (depth, shape) => {
  test.each([
    ['an entry of its own', 'etc/bitbuilder/tenants.d/deep.json', (entry: string) => entry],
    [
      'an entry among others',
      'var/lib/bitbuilder/tenants.json',
      (entry: string) => `{"tenants": [${entry}, {"id": "b"}]}`,
    ],
  ])('in %s are the same to both engines', (_where, file, place) => {
    using dir = temporaryDir()
    const [root, out] = [`${dir.path}/root`, `${dir.path}/out`]
    mkdirSync(`${root}/${file.slice(0, file.lastIndexOf('/'))}`, { recursive: true })
    mkdirSync(`${root}/var/lib/tenants`, { recursive: true })
    writeFileSync(`${root}/${file}`, place(SHAPES[shape]?.(depth) ?? ''))
    const run = (engine: Engine) => {
      const ended = call([linkProgram(dir.path, engine, 'tenant-generator'), out], { BITBUILDER_ROOT: root })
      const written = readOutput(out)
      rmSync(out, { recursive: true })
      return { ...ended, written }
    }
    const [portable, native] = ENGINES.map(run)
    expect(native).toEqual(portable)
    expect(native?.status).toBe(1)
    expect(native?.stderr).not.toMatch(/internal/)
  })
})
