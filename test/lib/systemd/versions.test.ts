import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions } from '../../../lib/systemd/versions.ts'

// Expected values: the examples of UAPI.10, Version Format Specification.
test.each([
  ['11', '=', '11'],
  ['systemd-123', '=', 'systemd-123'],
  ['bar-123', '<', 'foo-123'],
  ['123a', '>', '123'],
  ['123.a', '>', '123'],
  ['123.a', '<', '123.b'],
  ['123a', '>', '123.a'],
  ['11α', '=', '11β'],
  ['A', '<', 'a'],
  ['', '<', '0'],
  ['0.', '>', '0'],
  ['0.0', '>', '0'],
  ['0', '>', '~'],
  ['', '>', '~'],
  ['1_', '=', '1'],
  ['_1', '=', '1'],
  ['1_', '<', '1.2'],
  ['1_2_3', '>', '1.3.3'],
  ['1+', '=', '1'],
  ['+1', '=', '1'],
  ['1+', '<', '1.2'],
  ['1+2+3', '>', '1.3.3'],
  ['122.1', '<', '123~rc1-1'],
  ['123~rc1-1', '<', '123'],
  ['123', '<', '123-a'],
  ['123-a', '<', '123-a.1'],
  ['123-a.1', '<', '123-1'],
  ['123-1', '<', '123-1.1'],
  ['123-1.1', '<', '123^post1'],
  ['123^post1', '<', '123.a-1'],
  ['123.a-1', '<', '123.1-1'],
  ['123.1-1', '<', '123a-1'],
  ['123a-1', '<', '124-1'],
  ['1.9', '<', '1.10'],
  ['007', '=', '7'],
] as const)('%s %s %s', (a, relation, b) => {
  const sign = { '<': -1, '=': 0, '>': 1 }[relation]
  // `+ 0` so that -0 is 0.
  expect(Math.sign(compareVersions(a, b))).toBe(sign)
  expect(Math.sign(compareVersions(b, a)) + 0).toBe(-sign + 0)
})

/** systemd-analyze(1): exit status 0 equal, 11 when the first is newer, 12 when the second is. */
const RELATION: Readonly<Record<string, number>> = { '0': 0, '11': 1, '12': -1 }

/** One shell for many pairs: a process each, but no start-up of ours. */
const systemdCompare = (pairs: readonly (readonly [string, string])[]): readonly (number | undefined)[] => {
  const script = 'while [ $# -gt 0 ]; do systemd-analyze compare-versions "$1" "$2" >/dev/null; echo $?; shift 2; done'
  const { stdout } = spawnSync('sh', ['-c', script, 'sh', ...pairs.flat()], { encoding: 'utf8' })
  return stdout
    .trimEnd()
    .split('\n')
    .map((status) => RELATION[status])
}

test('as systemd-analyze compare-versions has it, for 2000 random pairs', { timeout: 120_000 }, () => {
  // ASCII alone: elsewhere systemd's answer depends on whether the machine's char has a sign.
  const piece = fc.constantFrom(
    '0',
    '00',
    '1',
    '9',
    '10',
    '099',
    'a',
    'A',
    'rc',
    'z',
    '.',
    '-',
    '~',
    '^',
    '+',
    '_',
    ' ',
  )
  const version = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''))
  const near = fc.tuple(version, piece, fc.nat(7)).map(([text, one, at]): [string, string] => {
    return [text, text.slice(0, at) + one + text.slice(at)]
  })
  // A leading dash would be read as an option.
  const clean = (text: string): string => (text.startsWith('-') ? `0${text}` : text)
  const pairs = fc
    .sample(fc.oneof(fc.tuple(version, version), near), 2000)
    .map(([a, b]): [string, string] => [clean(a), clean(b)])
  expect(pairs.map(([a, b]) => [a, b, Math.sign(compareVersions(a, b)) + 0])).toEqual(
    systemdCompare(pairs).map((relation, index) => [...(pairs[index] as [string, string]), relation]),
  )
})
