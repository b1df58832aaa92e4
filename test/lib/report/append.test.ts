import { expect, test } from 'vitest'
import { append } from '../../../lib/report/append.ts'

test('a list may be longer than a call may have arguments', () => {
  const to = [1]
  append(to, new Array<number>(500_000).fill(2))
  expect(to).toHaveLength(500_001)
})
