import { expect, test } from 'vitest'
import { parseOsRelease } from '../../../lib/systemd/os-release.ts'

const parse = (text: string): unknown => {
  const parsed = parseOsRelease(text)
  return 'values' in parsed ? Object.fromEntries(parsed.values) : parsed
}

// Expected values: os-release(5), which takes assignments as a shell does.
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
  ['__proto__=x\n', Object.fromEntries([['__proto__', 'x']])],
])('%j', (text, expected) => {
  expect(parse(text)).toEqual(expected)
})

// A reader that goes on after such a line would take half a file for a whole one.
test.each([
  ['ID=a\nVERSION 13\n', 2, 'expected KEY=VALUE'],
  ['export ID=a', 1, 'expected KEY=VALUE'],
  ['1ID=a', 1, 'expected KEY=VALUE'],
  ['\n\nID="a\n', 3, 'value of ID has an unbalanced quote'],
  ["ID='a", 1, 'value of ID has an unbalanced quote'],
  ['ID="', 1, 'value of ID has an unbalanced quote'],
  ['ID=a"b', 1, 'value of ID has an unbalanced quote'],
  ['ID="a"b"', 1, 'value of ID has an unbalanced quote'],
  ['ID="a\\"', 1, 'value of ID has an unbalanced quote'],
])('%j is refused in line %d', (text, line, error) => {
  expect(parse(text)).toEqual({ error, line })
})
