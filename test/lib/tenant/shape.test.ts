import fc from 'fast-check'
import { expect, test } from 'vitest'
import { metadataShape, registryShape, tenantShape } from '../../../lib/tenant/schema.ts'
import { accepts, type ObjectShape, type Shape } from '../../../lib/tenant/shape.ts'
import { issuesOf } from '../../../lib/tenant/zod.ts'
import { nasty, RUNS } from '../../property/arbitrary.ts'

const anything = fc.jsonValue({ maxDepth: 2 })

/** What the network's keys take, and what comes near to it. */
const OF_NETWORKS = [
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA=',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaB=',
  'vpn.example.org:51820',
  '[2001:db8::1]:51820',
  '192.0.2.1:65536',
  '192.0.2.0/24',
  '192.0.2.1/24',
  '2001:db8::/32',
  '239.1.2.3',
  'ff02::5',
  '192.0.2.1',
  '2001:db8::1',
] as const

/** Texts that some key takes, at and beyond its limits. */
const texts = fc.oneof(
  nasty,
  fc.constantFrom(
    'a',
    'web-1',
    '-a',
    '512M',
    '1.5G',
    '0',
    '0.0000001K',
    '9P',
    '9999P',
    'infra/vmlinuz',
    'a/../b',
    './a',
    'https://git.example/a.git',
    '0123456789abcdef0123456789abcdef01234567',
  ),
  fc.constantFrom(...OF_NETWORKS),
  fc.constantFrom(15, 32, 33, 44, 64, 65, 200, 201, 255, 256, 260, 2048, 2049).map((length) => 'x'.repeat(length)),
  // Two UTF-16 code units each.
  fc.constantFrom(7, 8, 15, 16, 128, 200, 201, 255, 256).map((length) => '🐢'.repeat(length)),
)

const numbers = (least: number, most: number): fc.Arbitrary<unknown> =>
  fc.constantFrom(
    least,
    most,
    least + 0.5,
    (least + most) / 2,
    least - 1,
    most + 1,
    -0,
    2 ** 53,
    1e300,
    Number.POSITIVE_INFINITY,
  )

/** Object.fromEntries makes an own key of `__proto__`, as JSON.parse does. */
const objects = ({ keys, required = [] }: ObjectShape): fc.Arbitrary<unknown> => {
  const known = Object.entries(keys).map(([key, shape]) => fc.tuple(fc.constant(key), valuesFor(shape)))
  const other = fc.tuple(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', 'tool'), nasty), anything)
  return fc
    .tuple(
      fc.tuple(...known),
      fc.array(fc.nat(9), { minLength: known.length, maxLength: known.length }),
      // An object of which much is kept is seldom all right, one of which little is, often.
      fc.constantFrom(1, 4, 8),
      fc.nat(15),
      other,
    )
    .map(([entries, chances, density, chance, extra]) => {
      const kept = entries.filter(([key], index) => (chances[index] as number) < (required.includes(key) ? 9 : density))
      return Object.fromEntries(chance === 0 ? [...kept, extra] : kept)
    })
}

const good = (shape: Shape): fc.Arbitrary<unknown> => {
  switch (shape.is) {
    case 'text': {
      // Of an object with several of them nothing would ever be accepted.
      const fitting = OF_NETWORKS.filter((text) => accepts(shape, text))
      if (fitting.length === 0) return texts
      return fc.oneof({ weight: 1, arbitrary: texts }, { weight: 4, arbitrary: fc.constantFrom(...fitting) })
    }
    case 'integer':
    case 'number':
      return numbers(shape.least, shape.most)
    case 'flag':
      return fc.boolean()
    case 'choice':
      return fc.constantFrom(...shape.of)
    case 'list':
      return fc.array(valuesFor(shape.of), { maxLength: 3 })
    case 'map':
      // zod leaves a key `__proto__` out. validate() does not ask it of keys.
      return fc.dictionary(
        fc.oneof(
          { weight: 1, arbitrary: nasty.filter((key) => key !== '__proto__') },
          { weight: 9, arbitrary: fc.constantFrom('a', 'B1') },
        ),
        valuesFor(shape.of),
        { maxKeys: 3 },
      )
    case 'object':
      return objects(shape)
  }
}

/** Values that a shape may take and values that come near to it. */
const valuesFor = (shape: Shape): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary: good(shape) }, { weight: 1, arbitrary: anything })

/** The inner shapes too: a whole entry in which everything happens to be right is rare. */
const shapesIn = (name: string, shape: Shape): readonly (readonly [string, Shape])[] => {
  const inner =
    shape.is === 'object' ? Object.entries(shape.keys).flatMap(([key, one]) => shapesIn(`${name}.${key}`, one)) : []
  return [[name, shape], ...inner, ...(shape.is === 'list' ? shapesIn(`${name}[]`, shape.of) : [])]
}

const SHAPES = [
  ...shapesIn('tenant', tenantShape),
  ...shapesIn('metadata', metadataShape),
  ['registry', registryShape] as const,
  [
    'map',
    { is: 'map', words: 'a map', key: { of: /^[A-Za-z][A-Za-z0-9]*$/, words: 'a name' }, of: { is: 'flag' } },
  ] as const,
]

test.each(SHAPES)('%s: what is accepted is what has no issue', { timeout: 600_000 }, (_, shape) => {
  const seen = { accepted: 0, refused: 0 }
  fc.assert(
    fc.property(valuesFor(shape), (value) => {
      const accepted = accepts(shape, value)
      seen[accepted ? 'accepted' : 'refused'] += 1
      const issues = issuesOf(shape, value)
      expect({ accepted, issues }).toEqual({ accepted: issues.length === 0, issues })
    }),
    { numRuns: RUNS },
  )
  expect(seen.accepted).toBeGreaterThan(0)
  expect(seen.refused).toBeGreaterThan(0)
})
