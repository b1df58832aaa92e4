import { expect, test } from 'vitest'
import { alternativesOf, isPattern, pathMatcher } from '../../../lib/templates/pattern.ts'

test.each([
  ['etc/hostname', 'etc/hostname', true],
  ['etc/*', 'etc/hostname', true],
  ['etc/*', 'etc/a/b', false],
  ['**/*.network', 'a.network', true],
  ['**/*.network', 'etc/systemd/network/a.network', true],
  ['etc/**', 'etc/a/b', true],
  ['usr/lib{,64}/x', 'usr/lib64/x', true],
  ['usr/lib{,64}/x', 'usr/lib32/x', false],
  ['a[!b]c', 'aXc', true],
  ['a[!b]c', 'abc', false],
])('%s and %s: %s', (pattern, path, does) => {
  expect(pathMatcher([pattern])(path)).toBe(does)
})

test.each([
  '',
  '/etc',
  'a/',
  'a//b',
  '../a',
  'a/..',
  './a',
  'a\\b',
  'a\nb',
  'a{b',
  'a}b',
  'a{b{c}}',
  `${'{a,b}'.repeat(7)}`,
])('%j is no pattern', (text) => {
  expect(isPattern(text)).toBe(false)
})

test('braces are multiplied out', () => {
  expect(alternativesOf('a{b,c}d{,e}')).toEqual(['abd', 'abde', 'acd', 'acde'])
})
