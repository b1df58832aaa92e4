import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { NETWORK_STATE } from '../../../lib/layout/paths.ts'
import { allocate, readAllocation, writeAllocation } from '../../../lib/network/allocation.ts'

const wish = { id: 'acme', pinned: undefined, reserved: new Set<number>(), most: 255 }

test('the lowest free index is given out', () => {
  expect(
    allocate(
      new Map([
        ['a', 1],
        ['b', 3],
      ]),
      wish,
    ),
  ).toBe(2)
})

test('an index that another entry pins is not given out', () => {
  expect(allocate(new Map(), { ...wish, reserved: new Set([1, 2]) })).toBe(3)
})

test('a tenant keeps its index', () => {
  expect(allocate(new Map([['acme', 7]]), wish)).toBe(7)
})

test('a pinned index wins over the one it had', () => {
  expect(allocate(new Map([['acme', 7]]), { ...wish, pinned: 9 })).toBe(9)
})

test("a pinned index is refused when it is another's", () => {
  expect(() => allocate(new Map([['other', 9]]), { ...wish, pinned: 9 })).toThrow(
    "network.index 9: belongs to tenant 'other' already, see /var/lib/bitbuilder/network.json",
  )
})

test('an index beyond the pool is refused, pinned or kept', () => {
  expect(() => allocate(new Map(), { ...wish, pinned: 256 })).toThrow(
    'network.index 256: is beyond the pool, which has 255',
  )
  expect(() => allocate(new Map([['acme', 300]]), wish)).toThrow('is beyond the pool')
})

test('a full pool is said to be full', () => {
  expect(() =>
    allocate(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      { ...wish, most: 2 },
    ),
  ).toThrow('all 2 indexes are given out')
})

test('what was written is read again, sorted', () => {
  const host = memoryHost({ '/var/lib/bitbuilder/x': '' })
  writeAllocation(
    host,
    new Map([
      ['b', 2],
      ['a', 1],
    ]),
  )
  expect(host.readFile(NETWORK_STATE, 1 << 20)?.text).toBe(
    '{\n  "tenants": {\n    "a": {\n      "index": 1\n    },\n    "b": {\n      "index": 2\n    }\n  }\n}\n',
  )
  expect([...readAllocation(host)]).toEqual([
    ['a', 1],
    ['b', 2],
  ])
})

test.each([
  ['{', 'is not valid JSON'],
  ['{"tenants":{"a":{}}}', "tenant 'a' has no index"],
  ['{"tenants":{"a":{"index":0}}}', "tenant 'a' has no index"],
  ['{"tenants":{"a":{"index":1.5}}}', "tenant 'a' has no index"],
])('a state file with %s is not guessed at', (text, words) => {
  expect(() => readAllocation(memoryHost({ [NETWORK_STATE]: text }))).toThrow(words)
})
