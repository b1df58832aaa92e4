import fc from 'fast-check'
import { expect, test } from 'vitest'
import { broken, candidates, nasty, RUNS } from './arbitrary.ts'
import { type Files, filesOf, generate, ownFiles } from './world.ts'

const LIMITS = { numRuns: RUNS }
const TIME = { timeout: 600_000 }
const REGISTRY = '/var/lib/bitbuilder/tenants.json'

/** What may happen to a text on its way: bytes changed, lost, doubled, put in between, cut off. */
const mutation = fc.record({
  kind: fc.constantFrom('set', 'drop', 'double', 'insert', 'cut', 'swap'),
  at: fc.nat(0xffff),
  length: fc.nat(20),
  byte: fc.nat(255),
  text: nasty,
})
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never

const mutate = (bytes: Buffer, { kind, at, length, byte, text }: Mutation): Buffer => {
  const from = at % (bytes.length + 1)
  const to = Math.min(bytes.length, from + length)
  const [before, inside, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)]
  if (kind === 'set') return Buffer.concat([before, Buffer.of(byte), bytes.subarray(from + 1)])
  if (kind === 'drop') return Buffer.concat([before, after])
  if (kind === 'double') return Buffer.concat([before, inside, inside, after])
  if (kind === 'insert') return Buffer.concat([before, Buffer.from(text), inside, after])
  return kind === 'cut' ? before : Buffer.concat([before, Buffer.from(inside).reverse(), after])
}

/** As the memory host wants it: a text where it is one. */
const asFile = (bytes: Buffer): string | Uint8Array => {
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : Uint8Array.from(bytes)
}

/** Nothing is thrown, status 1 goes with a logged error and nothing else does, and those of other files are all there. */
const check = (files: Files, others: ReadonlyMap<string, string>): void => {
  const outcome = generate(files)
  expect(outcome.statuses.every((status) => status === 0 || status === 1)).toBe(true)
  expect(outcome.statuses.includes(1)).toBe(outcome.errors.length > 0)
  for (const [path, content] of others) expect([path, outcome.files.get(path)]).toEqual([path, content])
  for (const line of outcome.errors) expect(line).not.toMatch(/internal error|undefined|\[object|[\u0000-\u001f]/)
}

const split = candidates(2, 5).map((all) => ({
  safe: all.slice(0, 1).map((one) => ({ ...one, place: '/etc/bitbuilder/tenants.d' })),
  hit: all.slice(1).map((one) => ({ ...one, place: 'registry' })),
}))

test('a registry whose bytes were changed costs no tenant of another file', TIME, () => {
  fc.assert(
    fc.property(split, fc.array(mutation, { minLength: 1, maxLength: 4 }), ({ safe, hit }, mutations) => {
      const files = filesOf([...safe, ...hit])
      const text = mutations.reduce(mutate, Buffer.from(String(files[REGISTRY])))
      check({ ...files, [REGISTRY]: asFile(text) }, ownFiles(generate(filesOf(safe))))
    }),
    LIMITS,
  )
})

/** A value put in place of one that is somewhere inside. */
const replaceInside = (value: unknown, path: readonly number[], by: unknown): unknown => {
  const [step, ...rest] = path
  if (step === undefined || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  const key = keys[step % Math.max(keys.length, 1)]
  if (key === undefined) return by
  const changed = replaceInside((value as Record<string, unknown>)[key], rest, by)
  if (Array.isArray(value)) return value.map((one: unknown, index) => (String(index) === key ? changed : one))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name === key ? changed : one]))
}

test('nor does one with another structure', TIME, () => {
  fc.assert(
    fc.property(split, fc.array(fc.nat(9), { maxLength: 5 }), broken, ({ safe, hit }, path, value) => {
      const files = filesOf([...safe, ...hit])
      const changed = replaceInside(JSON.parse(String(files[REGISTRY])), path, value)
      check({ ...files, [REGISTRY]: JSON.stringify(changed) ?? '' }, ownFiles(generate(filesOf(safe))))
    }),
    LIMITS,
  )
})

test('nor a broken file of a tenant beside it', TIME, () => {
  fc.assert(
    fc.property(split, fc.array(mutation, { minLength: 1, maxLength: 3 }), ({ safe, hit }, mutations) => {
      const own = hit.map((one) => ({ ...one, place: '/run/bitbuilder/tenants.d' }))
      const files: Record<string, Files[string]> = { ...filesOf([...safe, ...own]) }
      for (const { id, entry } of own)
        files[`/run/bitbuilder/tenants.d/${id}.json`] = asFile(
          mutations.reduce(mutate, Buffer.from(JSON.stringify(entry))),
        )
      check(files, ownFiles(generate(filesOf(safe))))
    }),
    LIMITS,
  )
})
