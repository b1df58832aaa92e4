import { describe, expect, test } from 'vitest'
import { placeOf, recoverList, syntaxProblem } from '../../../lib/report/json-source.ts'
import { printable, renderHint, renderPlace, renderProblem } from '../../../lib/report/problem.ts'

const TEXT = `{
  "tenants": [
    { "id": "a" },
    {
      "id": "b", "resources": { "memory": "4 GB" },
\t"żółw🐢": 1
    }
  ]
}
`

const place = (path: readonly (string | number)[], part: 'key' | 'value' = 'value', text = TEXT): string =>
  renderPlace(placeOf({ file: 'f', text, path: [] }, path, part))

// Expected values: counted in an editor: lines and columns from 1, columns in UTF-16 code units.
test.each([
  [['tenants', 1, 'resources', 'memory'], 'value', 'f:5:43'],
  [['tenants', 1, 'resources', 'memory'], 'key', 'f:5:33'],
  [['tenants', 1, 'id'], 'value', 'f:5:13'],
  [['tenants', 0], 'value', 'f:3:5'],
  [['tenants', 1], 'value', 'f:4:5'],
  [['tenants', 1, 'żółw🐢'], 'value', 'f:6:12'],
  [['tenants'], 'key', 'f:2:3'],
  [[], 'value', 'f:1:1'],
  [['tenants', 1, 'resources', 'cpu'], 'value', 'f:5:31'],
  [['tenants', 1, 'network', 'index'], 'value', 'f:4:5'],
  [['tenants', 9, 'id'], 'value', 'f:2:14'],
  [['none'], 'key', 'f:1:1'],
] as const)('%j, its %s, is at %s', (path, part, expected) => {
  expect(place(path, part)).toBe(expected)
})

test('a place inside an entry counts from the top of the file', () => {
  expect(renderPlace(placeOf({ file: 'f', text: TEXT, path: ['tenants', 1] }, ['id']))).toBe('f:5:13')
})

test.each(['', '\n\n', '[', '['.repeat(100_000)])('a text without that place is meant as a whole', (text) => {
  expect(place(['a', 'b'], 'key', text)).toMatch(/^f(:1:1)?$/)
})

test('lines end at \\n, as in \\r\\n', () => {
  expect(place(['a'], 'value', '{\r\n\r\n"a": 1}')).toBe('f:3:6')
})

// Expected values: RFC 8259; the place is where a person would begin to look.
test.each([
  ['{"a": 1,}', 'f:1:9: not valid JSON, property name expected'],
  ['{"a": 1 "b": 2}', 'f:1:9: not valid JSON, comma expected'],
  ["{'a': 1}", 'f:1:2: not valid JSON, invalid symbol'],
  ['{"a": 01}', /^f:1:\d: not valid JSON, /],
  ['{"a": "x\ny"}', 'f:1:7: not valid JSON, unexpected end of string'],
  ['{"a": "\\q"}', 'f:1:7: not valid JSON, invalid escape character'],
  ['// x\n{}', 'f:1:1: not valid JSON, invalid comment token'],
  ['{} {}', 'f:1:4: not valid JSON, end of file expected'],
  ['\ufeff{}', 'f:1:1: not valid JSON, begins with a byte order mark'],
  ['{"a": NaN}', 'f:1:7: not valid JSON, invalid symbol'],
  ['['.repeat(100_000), 'f: not valid JSON, nested too deeply'],
])('%j', (text, expected) => {
  expect(renderProblem(syntaxProblem('f', text))).toMatch(expected)
})

test('every text that JSON.parse refuses has a problem with words', () => {
  for (const text of [
    '',
    ' ',
    '\0',
    '{',
    '}',
    '"',
    '"\u0001"',
    '1.',
    '-',
    'tru',
    '[1,]',
    '{"a"}',
    '\u00a0{}',
    '\u2028[]',
  ]) {
    expect(() => JSON.parse(text) as unknown).toThrow()
    expect(renderProblem(syntaxProblem('f', text))).toMatch(/^f(:\d+:\d+)?: not valid JSON, [a-z ]+$/)
  }
})

describe('recoverList()', () => {
  const shown = (text: string): readonly (readonly [unknown, boolean])[] =>
    recoverList('f', text, 'tenants').elements.map(({ id, value }) => [id, value !== undefined])

  // What a person would say is whole, is kept: [id, whether it could be read].
  test.each([
    [
      '{"tenants": [{"id": "a"}, {"id": "b",}, {"id": "c"}]}',
      [
        ['a', true],
        ['b', false],
        ['c', true],
      ],
    ],
    [
      '{"tenants": [{"id": "a"}, {"id": "b"},]}',
      [
        ['a', true],
        ['b', true],
      ],
    ],
    [
      '{"tenants": [{"id": "a"}, {"id": "b"',
      [
        ['a', true],
        ['b', false],
      ],
    ],
    ['{"tenants": [{"id": "a"} {"id": "b"}]}', /"a",(true|false).*"b",(true|false)/],
    ['{"tenants": [{"id": "a"}], "x": }', [['a', true]]],
    ['{"x": , "tenants": [{"id": "a"}]}', [['a', true]]],
    [
      '{"tenants": [{"id": "a", "x": 01}, {"id": "b"}]}',
      [
        ['a', false],
        ['b', true],
      ],
    ],
    ['{"tenants": {"id": "a"}', /./],
    ['{"tenants": 7', []],
    ['', []],
    ['['.repeat(100_000), []],
  ])('%j', (text, expected) => {
    if (expected instanceof RegExp) expect(JSON.stringify(shown(text))).toMatch(expected)
    else expect(shown(text)).toEqual(expected)
  })
})

// Expected values: one line for kmsg(4) and a terminal, whatever a tenant calls its files.
test.each([
  ['a\nb\tc', 'a\\x0ab\\x09c'],
  ['\u001b[31m', '\\x1b[31m'],
  ['\u0085\u2028\u202e', '\\x85\\u2028\\u202e'],
  ['żółw', 'żółw'],
])('printable(%j) is %s', (text, expected) => {
  expect(printable(text)).toBe(expected)
})

test('a line is never longer than the kernel keeps', () => {
  const problem = {
    severity: 'error',
    at: { file: 'f', line: 0, column: 0 },
    message: 'x'.repeat(5000),
    hint: 'y'.repeat(5000),
  } as const
  expect(renderProblem(problem)).toHaveLength(900)
  expect(renderHint(problem)[0]).toHaveLength(900)
})
