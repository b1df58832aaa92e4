import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { matchesPattern, readHostName } from '../../../lib/tenant/placement.ts'

// Expected values: fnmatch(3), glob(7) with FNM_CASEFOLD, as ConditionHost= in systemd.unit(5).
test.each([
  ['web1', 'web1', true],
  ['web1', 'WEB1', true],
  ['web*', 'web1.example.org', true],
  ['*', '', true],
  ['web?', 'web1', true],
  ['web?', 'web', false],
  ['web?', 'web12', false],
  ['web[0-9]', 'web5', true],
  ['web[0-9]', 'weba', false],
  ['web[!0-9]', 'weba', true],
  ['web[!0-9]', 'web5', false],
  ['web[^0-9]', 'web^', true],
  ['web[^0-9]', 'web5', false],
  ['[]a]', ']', true],
  ['[!]a]', ']', false],
  ['[a-cx]', 'x', true],
  ['a**b', 'ab', true],
  ['*a*b', 'xaxbxab', true],
  ['*a*b', 'xaxbxaba', false],
  ['[a-]', '-', true],
  ['[a', '[a', true],
  ['[]', '[]', true],
  ['a.b', 'axb', false],
  ['a+b', 'aab', false],
  ['(a|b)', 'a', false],
  ['^web1$', 'web1', false],
  ['web', 'web1', false],
  ['', 'web1', false],
  ['[z-a]', 'b', false],
  ['a\\*', 'a*', true],
])('%j against %j is %s', (pattern, name, expected) => {
  expect(matchesPattern(pattern, name)).toBe(expected)
})

test('a pattern of many stars ends', () => {
  const before = Date.now()
  matchesPattern('*a'.repeat(40), 'a'.repeat(64))
  matchesPattern(`${'*a'.repeat(40)}b`, 'a'.repeat(64))
  expect(Date.now() - before).toBeLessThan(1000)
})

const PROC = '/proc/sys/kernel/hostname'

// Expected values: hostname(5), uname(2).
test.each([
  [{ [PROC]: 'web1\n', '/etc/hostname': 'other\n' }, 'web1'],
  [{ [PROC]: '(none)\n', '/etc/hostname': 'web2\n' }, 'web2'],
  [{ [PROC]: '\n', '/etc/hostname': 'web2\n' }, 'web2'],
  [{ '/etc/hostname': 'web2\n' }, 'web2'],
  [{}, 'localhost'],
  [{ '/etc/hostname/x': '' }, 'localhost'],
])('host name of %j is %s', (files, expected) => {
  expect(readHostName(memoryHost(files as Record<string, string>))).toBe(expected)
})
