import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Constraint,
  isSatisfiable,
  lowerBound,
  parseConstraint,
  satisfies,
} from '../../../lib/systemd/constraint.ts'

const parsed = (text: string): Constraint => {
  const found = parseConstraint(text)
  if (typeof found === 'string') throw new Error(found)
  return found
}

// systemd 262: systemd-analyze condition 'ConditionVersion=systemd…'
test.each([
  ['>=258', '262', true],
  ['>= 258', '262', true],
  ['>=258 <300', '262', true],
  ['>=258 <262', '262', false],
  ['=262', '262', true],
  ['==262', '262', true],
  ['!=262', '262', false],
  ['<>261', '262', true],
  ['>258', '258~rc1', false],
  ['>=258', '258.1', true],
  ['>9', '10', true],
  ['>=6.0', '6', false],
  ['>=6.0', '6.18.3-amd64', true],
  [' >=6\t<7 ', '6.1.0', true],
])('%s holds for %s: %s', (text, version, holds) => {
  expect(satisfies(version, parsed(text))).toBe(holds)
})

test.each([
  ['', 'is empty'],
  ['  ', 'is empty'],
  ['258', "write '=258'"],
  ['^258', 'does not begin with'],
  ['~258', 'does not begin with'],
  ['>=258,<300', 'is no version'],
  ['>=258 || <3', 'does not begin with'],
  ['>=258 < 300', "'<' names no version"],
  ['>=', 'names no version'],
  ['>= ', 'names no version'],
  ['>=258_1', 'is no version'],
  ['>=>258', 'is no version'],
  ['=$258*', 'is no version'],
])('%s is refused', (text, words) => {
  expect(parseConstraint(text)).toContain(words)
})

test.each([
  ['>=258', '258', true],
  ['>5 <4', '5', false],
  ['>5 <5', '5', false],
  ['>=5 <=5', '5', true],
  ['=5 >=4', '5', true],
  ['=5 >=6', '6', false],
  ['=5 =6', '6', false],
  ['<300', undefined, true],
  ['=5 !=5', '5', false],
  ['>4 <6 =5', '5', true],
  ['>4 <6 =7', '7', false],
])('%s needs at least %s, and can hold: %s', (text, low, can) => {
  expect([lowerBound(parsed(text)), isSatisfiable(parsed(text))]).toEqual([low, can])
})

test('what some version passes can be passed', () => {
  const version = fc.stringMatching(/^[0-9]{1,2}(\.[0-9])?$/)
  const term = fc
    .tuple(fc.constantFrom('>=', '<=', '>', '<', '=', '!='), version)
    .map(([operator, one]) => operator + one)
  fc.assert(
    fc.property(version, fc.array(term, { minLength: 1, maxLength: 4 }), (one, terms) => {
      const constraint = parsed(terms.join(' '))
      if (satisfies(one, constraint)) expect(isSatisfiable(constraint)).toBe(true)
    }),
  )
})
