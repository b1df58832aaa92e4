import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ENGINES } from '../support/engines.ts'
import { goldenCases } from '../support/golden-case.ts'
import { materialise, temporaryDir } from '../support/materialise.ts'
import { call, type Ended, linkProgram } from './packed.ts'

/** What both executables do, called alike; a character for each byte. */
const onBoth = (dir: string, args: readonly string[], env: Readonly<Record<string, string>>): readonly Ended[] =>
  ENGINES.map((engine) => call([linkProgram(dir, engine, 'bitbuilder'), ...args], env, { encoding: 'latin1' }))

/** It, when both did the same. */
const same = (dir: string, args: readonly string[], env: Readonly<Record<string, string>>): Ended => {
  const [portable, native] = onBoth(dir, args, env)
  expect(native, args.join(' ')).toEqual(portable)
  return native as Ended
}

/** Enough of them to see every kind of state, few enough to be quick. */
const MOST_SHOWN = 3

describe('every verb is the same on both engines', () => {
  test.for(goldenCases())('$name', async ({ tree, spec }) => {
    using dir = temporaryDir()
    const root = `${dir.path}/root`
    await materialise(new Map([['', { node: { kind: 'directory' }, mode: 0o755, uid: 0, gid: 0 }], ...tree]), root)
    const env = { ...spec.env, BITBUILDER_ROOT: root }
    const [, listed] = ['list', 'generate', 'verify', 'diff'].flatMap((verb) => [
      same(dir.path, [verb], env),
      same(dir.path, [verb, '--json'], env),
    ])
    const found = JSON.parse(listed?.stdout ?? '') as readonly { readonly id?: string }[]
    const ids = found.flatMap(({ id }) => (id === undefined ? [] : [id])).slice(0, MOST_SHOWN)
    for (const id of ids) {
      same(dir.path, ['show', id], env)
      same(dir.path, ['show', '--json', id], env)
      same(dir.path, ['generate', id], env)
      same(dir.path, ['network', id], env)
      same(dir.path, ['network', id, '--json'], env)
    }
  })
})

describe('calls that read little', () => {
  test.each([
    [[], 2],
    [['--help'], 0],
    [['--version'], 0],
    [['schema'], 0],
    [['schema', 'registry'], 0],
    [['schema', 'tenant', '--json'], 0],
    [['schema', 'metadata'], 0],
    [['schema', 'nothing'], 1],
    [['nothing'], 2],
    [['list', 'operand'], 2],
    [['show'], 2],
    [['show', 'acme'], 0],
    [['show', 'none'], 1],
    [['generate', 'none'], 1],
    [['network'], 2],
    [['network', 'acme'], 0],
    [['network', 'none'], 1],
    [['plan'], 2],
    [['plan', '../acme'], 1],
    [['plan', 'acme', '--root=/'], 2],
    [['status', 'a', 'b'], 2],
    [['logs'], 2],
    [['logs', '../acme'], 1],
    [['logs', 'acme', '--lines'], 2],
    [['logs', 'acme', '--purge-data'], 2],
    [['remove'], 2],
    [['remove', 'Not an id'], 1],
    [['show', 'Not an id \u{1f600}\u0001'], 1],
    [['--nothing', 'list'], 2],
    [['--root=/no/such/root', 'list'], 2],
    [['--root=', 'schema', 'tenant'], 2],
    [['tenant-generator'], 2],
    [['mount-generator', 'one', 'two'], 2],
    [['tenant-provision'], 2],
    [['tenant-provision', '../acme'], 2],
    [['tenant-manager', 'a', 'b'], 2],
    [['tenant-isolation', 'x'], 2],
    [['tenants-late', 'x'], 2],
  ])('%j ends with %d', (args, status) => {
    using dir = temporaryDir()
    const root = `${dir.path}/root`
    mkdirSync(`${root}/var/lib/bitbuilder`, { recursive: true })
    mkdirSync(`${root}/var/lib/tenants/acme`, { recursive: true })
    writeFileSync(`${root}/var/lib/bitbuilder/tenants.json`, '{"tenants": [{"id": "acme"}]}\n')
    const ended = same(dir.path, args, { BITBUILDER_ROOT: root })
    expect(ended.status).toBe(status)
    expect(ended.stdout + ended.stderr).not.toBe('')
    expect(ended.stderr).not.toMatch(/internal|Error/)
  })
})
