import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { readRegistry } from '../../../lib/registry/registry.ts'
import { renderProblem } from '../../../lib/report/problem.ts'

const FILE = '/var/lib/bitbuilder/tenants.json'

const read = (text: string) => {
  const { entries, problems } = readRegistry(memoryHost({ [FILE]: text }))
  return {
    good: entries.filter((entry) => entry.problems.length === 0).length,
    refused: entries.flatMap((entry) => entry.problems.map(renderProblem)),
    problems: problems.map(renderProblem),
  }
}

const entry = (index: number): object => ({
  id: `t${index}`,
  description: `{"Tenant"} [${index}`,
  resources: { cpu: 2 },
})

const large = (count: number, indent = 0): string =>
  JSON.stringify({ tenants: Array.from({ length: count }, (_, index) => entry(index)) }, null, indent)

/** Where a text ends that comes once. */
const endOf = (text: string, part: string): string => {
  const before = text.slice(0, text.indexOf(part) + part.length).split('\n')
  return `${FILE}:${before.length}:${(before.at(-1) as string).length + 1}`
}

// However large the file is: the place of the mistake is exact, and all entries that it leaves whole are there.
test.each([0, 2])('a comma is missing between two of twenty thousand entries, indented by %d', (indent) => {
  const text = large(20_000, indent)
  const gap = indent === 0 ? '' : '\n    '
  const whole = `}${gap},{`.replace(`${gap},`, `,${gap}`)
  const at = text.indexOf(whole, text.indexOf('"t9999"'))
  const broken = `${text.slice(0, at + 1)} ${text.slice(at + 2)}`
  const offset = at + whole.length - 1
  const before = broken.slice(0, offset).split('\n')
  const place = `${FILE}:${before.length}:${(before.at(-1) as string).length + 1}`
  expect(read(broken)).toEqual({
    good: 20_000,
    refused: [],
    problems: [`${place}: not valid JSON, comma expected: tenants after this place may be missing`],
  })
})

test('a value is missing in one of twenty thousand entries', () => {
  const text = large(20_000).replace('"id":"t777","description":"{\\"Tenant\\"} [777"', '"id":"t777","description":x')
  const said = `${endOf(text, '"id":"t777","description":')}: not valid JSON, invalid symbol`
  expect(read(text)).toEqual({
    good: 19_999,
    refused: [said],
    problems: [`${said}: tenants after this place may be missing`],
  })
})

test('what is wrong far inside of one long element is somewhere behind a place', () => {
  const text = `{"tenants":[{"id":"a"},{"id":"b","x":[${'1,'.repeat(20_000)}x]},{"id":"c"}]}`
  const { good, refused } = read(text)
  expect(good).toBe(2)
  expect(refused).toEqual([expect.stringMatching(/^\S+:1:16\d{3}: not valid JSON, somewhere after this place$/)])
})

// Of a file of one kind of mistake: so many lines, and one that counts the rest.
test.each([
  [
    'numbers',
    `{"tenants":[${'1,'.repeat(100_000)}{"id":"b"}]}`,
    'expected an object, got 1, ignoring this entry',
    99_980,
  ],
  ['entries', `{"tenants":[${'{"id":5},'.repeat(1000)}{"id":"b"}]}`, /^\S+: id: expected .*, got 5, ignoring/, 980],
  [
    'keys',
    `{${Array.from({ length: 1000 }, (_, index) => `"k${index}":1,`).join('')}"tenants":[{"id":"b"}]}`,
    /unknown key 'k\d+', ignoring it$/,
    980,
  ],
])('of many wrong %s the first twenty are told', (_, text, words, rest) => {
  const { good, problems } = read(text)
  expect(good).toBe(1)
  expect(problems).toHaveLength(21)
  for (const one of problems.slice(0, 20)) expect(one).toMatch(words)
  expect(problems[20]).toBe(`${FILE}: and ${rest} more like these`)
})

test('of many ids that are given twice the first twenty have places', () => {
  const twice = Array.from({ length: 60 }, (_, index) => `{"id":"t${index % 30}"}`)
  const { good, refused } = read(`{"tenants":[${twice.join()}]}`)
  expect(good).toBe(0)
  expect(refused.filter((one) => /:1:\d+: id 't\d+' is given twice, first at 1:\d+$/.test(one))).toHaveLength(20)
  expect(refused.filter((one) => /tenants\.json: id 't\d+' is given twice$/.test(one))).toHaveLength(10)
})

test('an id that is given many times is told once', () => {
  expect(read(`{"tenants":[${'{"id":"a"},'.repeat(1000)}{"id":"b"}]}`)).toEqual({
    good: 1,
    refused: [`${FILE}:1:30: id 'a' is given twice, first at 1:19`],
    problems: [],
  })
})

test('of a list of broken entries only the first thousand are looked at', () => {
  const broken = Array.from({ length: 1500 }, (_, index) => `{"id":"t${index}",}`)
  const { good, refused } = read(`{"tenants":[{"id":"a"},${broken.join()},{"id":"b"}]}`)
  expect(good).toBe(1)
  expect(refused).toHaveLength(1000)
})

test.each(['['.repeat(1 << 20), `{"tenants":[${'[],'.repeat(1 << 20)}`, `{"tenants":["${'\\"'.repeat(1 << 20)}`])(
  'millions of signs are one problem',
  (text) => {
    expect(read(text).problems).toEqual([expect.stringContaining('not valid JSON, ')])
  },
)

test('more than 8 MiB are not read', () => {
  expect(read(' '.repeat((8 << 20) + 1)).problems).toEqual([`${FILE}: is larger than 8192 KiB, ignoring it`])
})
