import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SAFE_VALUE, valuePattern } from '../../../lib/templates/value-pattern.ts'

const PATTERNS = [
  SAFE_VALUE,
  '[a-z][a-z0-9-]{0,3}',
  'yes|no',
  '|a',
  'a|',
  '\\d+\\.\\d+',
  '.{2,}',
  '[^/|]+',
  'a?b*c+',
  '[\\w.-]{2}x{2}',
  '^ab$',
  '\\||[|]b',
]

test.each(PATTERNS)('%s means what RegExp makes of it', (pattern) => {
  const test = valuePattern(pattern)
  const regexp = new RegExp(`^(?:${pattern.replace(/^\^|\$$/g, '')})$`, 'u')
  const value = fc.string({ unit: fc.constantFrom(...'abcxyz019.-_/| '), maxLength: 6 })
  fc.assert(fc.property(value, (one) => test?.(one) === regexp.test(one)))
  expect(test).toBeDefined()
})

test.each(['(a)', 'a**', '[a', 'a{2', 'a{3,2}', 'a\\', '{2}', '*', 'a{9999}'])('%s is refused', (pattern) => {
  expect(valuePattern(pattern)).toBeUndefined()
})

test.each(['', 'a b', '-x', 'a"b', "a'b", 'a$b', 'a%b', 'a\\b', 'a\nb', 'a;b', 'ä'])('%j is not safe', (value) => {
  expect(valuePattern(SAFE_VALUE)?.(value)).toBe(false)
})

test('a hostile one takes no longer', () => {
  expect(valuePattern(`${'a*'.repeat(190)}b`)?.('a'.repeat(1024))).toBe(false)
})
