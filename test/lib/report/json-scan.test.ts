import fc from 'fast-check'
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser'
import { expect, test } from 'vitest'
import { flatten } from '../../../lib/report/json-scan.ts'
import { placeOf } from '../../../lib/report/json-source.ts'
import { placeAt } from '../../../lib/report/text-place.ts'
import { nasty, RUNS } from '../../property/arbitrary.ts'

type Path = readonly (string | number)[]

const pathsIn = (value: unknown, path: Path = []): readonly Path[] => {
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value ?? {})
  return [path, ...(typeof value === 'string' ? [] : inner.flatMap(([key, one]) => pathsIn(one, [...path, key])))]
}

const values = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 5 }, tie('leaf'), tie('list'), tie('object')),
  leaf: fc.oneof(nasty, fc.double(), fc.boolean(), fc.constant(null)),
  list: fc.array(tie('any'), { maxLength: 4 }),
  object: fc.dictionary(nasty, tie('any'), { maxKeys: 4 }),
})).any

// Expected values: those of a real parser.
test('a place is where the parser has its node', () => {
  fc.assert(
    fc.property(values, fc.constantFrom('', ' ', '\r\n\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      const tree = parseTree(text) as Node
      for (const path of pathsIn(JSON.parse(text))) {
        const node = findNodeAtLocation(tree, [...path]) as Node
        const key = node.parent?.type === 'property' ? (node.parent.children?.[0] as Node) : node
        const source = { file: 'f', text, path: [] }
        expect(placeOf(source, path)).toEqual(placeAt('f', text, node.offset))
        expect(placeOf(source, path, 'key')).toEqual(placeAt('f', text, key.offset))
      }
    }),
    { numRuns: RUNS },
  )
})

// Expected values: RFC 8259; where a key is given twice, JSON.parse takes the last.
test.each([
  ['{"a": 1, "a": 2}', ['a'], 'value', 15],
  ['{"a": 1, "\\u0061": 2}', ['a'], 'key', 10],
  ['{"a\\"b": [1, {"]": "}"}, 3]}', ['a"b', 2], 'value', 26],
  ['{"a": "\\\\", "b": 1}', ['b'], 'value', 18],
  ['{"a" : {} , "b" : [ ] , "c" : 1}', ['c'], 'value', 31],
] as const)('in %j, of %j the %s is in column %d', (text, path, part, column) => {
  expect(placeOf({ file: 'f', text, path: [] }, path, part)).toEqual({ file: 'f', line: 1, column })
})

test.each([
  ['[[1,[2]],{"a":[3]}]', '[[1,0  ],{"a":0  }]'],
  ['[["[[[", "]"], {"a": "]"}]', '[["[[[", "]"], {"a": "]"}]'],
  ['[[[1,\n2],[\n3]]]', '[[0  \n  ,0\n  ]]'],
  ['[[[[', '[[0 '],
  ['[["\\"]", ["\\"]"]]]', '[["\\"]", 0      ]]'],
  [']]]', ']]]'],
])('two levels of %j are %j', (text, expected) => {
  expect(flatten(text, 2)).toBe(expected)
})

test('of more brackets than there is time for, the rest is blank', () => {
  const text = '[],\n'.repeat(1_000_000)
  const flat = flatten(text, 64)
  expect(flat).toHaveLength(text.length)
  const seen = flat.trimEnd().length
  expect(seen).toBeGreaterThan(1_000_000)
  expect(flat.slice(0, seen)).toBe(text.slice(0, seen))
  expect(() => JSON.parse(flat) as unknown).toThrow()
})
