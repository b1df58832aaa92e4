import { expect, test } from 'vitest'
import { parseOsRelease } from '../../../lib/systemd/os-release.ts'

const parse = (text: string): unknown => {
  const parsed = parseOsRelease(text)
  return 'values' in parsed ? Object.fromEntries(parsed.values) : parsed
}

// Expected values: os-release(5), and what systemd 262 makes of these.
test.each([
  ['ID=debian\nVERSION_ID="13"\n', { ID: 'debian', VERSION_ID: '13' }],
  ["NAME='Debian GNU/Linux'", { NAME: 'Debian GNU/Linux' }],
  ['# comment\n\n  ; other\n ID=a \r\n', { ID: 'a' }],
  ['ID=a\nID=b\n', { ID: 'b' }],
  ['EMPTY=\nQUOTED=""\n', { EMPTY: '', QUOTED: '' }],
  ['A="\\"\\$\\\\\\`"', { A: '"$\\`' }],
  ['A="\\n"', { A: '\\n' }],
  ["A='\\\"'", { A: '\\"' }],
  ['A=a\\ b', { A: 'a b' }],
  ['A=1.0~rc1+x', { A: '1.0~rc1+x' }],
  ['', {}],
  ['garbage\nID=a\n1ID=b\n', { ID: 'a', '1ID': 'b' }],
  ['export ID=a', { 'export ID': 'a' }],
  ['ID = a', { ID: 'a' }],
  ['A="a""b"\nB=\'a\' b', { A: 'ab', B: 'ab' }],
  ['A=a"b"', { A: 'a"b"' }],
  ['A="a\nb"', { A: 'a\nb' }],
  ['A="a\\\nb"\nB=a\\\nb', { A: 'ab', B: 'ab' }],
  ['A=a b \t\nB=a\\ ', { A: 'a b', B: 'a ' }],
  ['=x\n==y\n', { '=': 'y' }],
  ['# a\\\nID=a', { ID: 'a' }],
  ['__proto__=x\n', Object.fromEntries([['__proto__', 'x']])],
])('%j', (text, expected) => {
  expect(parse(text)).toEqual(expected)
})

// systemd takes the rest of the file for the value, and refuses a NUL.
test.each([
  ['\n\nID="a\nB=b\n', 3, 'value of ID has an unbalanced quote'],
  ["ID='a", 1, 'value of ID has an unbalanced quote'],
  ['ID="', 1, 'value of ID has an unbalanced quote'],
  ['ID="a\\"', 1, 'value of ID has an unbalanced quote'],
  ['ID=a\nB=\0', 2, 'has a NUL character'],
])('%j is refused in line %d', (text, line, error) => {
  expect(parse(text)).toEqual({ error, line })
})
