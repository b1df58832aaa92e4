import fc from 'fast-check'
import { expect, test } from 'vitest'
import { costOfGuest, planMemory } from '../../../lib/tenant/memory.ts'

const M = 2 ** 20
const G = 2 ** 30

/** In MiB. */
const plan = (limit: number | undefined, ...guests: readonly (number | undefined)[]) => {
  const asked = guests.map((memory, index) => ({ name: `g${index}`, memory: memory && memory * M }))
  const planned = planMemory(limit && limit * M, asked)
  return [...planned.guests.map(({ memory }) => memory / M), planned.cost / M]
}

// A quarter of the guest's memory and 256M beside it.
test.each([
  [0, 256],
  [1024, 1536],
  [4096, 5376],
])('a guest of %d MiB takes %d of its tenant', (memory, cost) => {
  expect(costOfGuest(memory * M)).toBe(cost * M)
})

test.each<[string, number | undefined, (number | undefined)[], number[]]>([
  ['nothing is said', undefined, [undefined], [1024, 1536]],
  ['the tenant says', 4096, [undefined], [3072, 4096]],
  ['the guest says', undefined, [2048], [2048, 2816]],
  ['both say, and it fits', 4096, [2048], [2048, 2816]],
  ['both say, and it does not fit', 2048, [2048], [2048, 2816]],
  ['one of three says', 8192, [1024, undefined, undefined], [1024, 2457, 2457, 8190.5]],
  ['the others leave nothing', 2048, [2048, undefined], [2048, 64, 2816 + 336]],
  ['there is next to nothing', 100, [undefined], [64, 336]],
])('%s', (_, limit, guests, expected) => {
  expect(plan(limit, ...guests)).toEqual(expected)
})

test('guests that say nothing always fit where the smallest does, and leave less than a MiB each', () => {
  fc.assert(
    fc.property(fc.integer({ min: 336 * M, max: 4096 * G }), (limit) => {
      const { guests, cost } = planMemory(limit, [{ name: 'infra', memory: undefined }])
      expect(cost).toBeLessThanOrEqual(limit)
      expect(costOfGuest((guests[0]?.memory ?? 0) + M)).toBeGreaterThan(limit)
    }),
  )
})
