/** What may happen to the bytes of a file. */

import { LINES } from './names.ts'
import { TEXTS, TOKENS } from './pieces.ts'
import type { Random } from './random.ts'

type Change = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer

/** A place in it, and one a little further on. */
const span = (bytes: Buffer, random: Random): readonly [number, number] => {
  const from = random.below(bytes.length + 1)
  return [from, Math.min(bytes.length, from + random.below(random.chance(0.8) ? 8 : bytes.length + 1))]
}

const replaced = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])

const flip: Change = (bytes, random) => {
  const copy = Buffer.from(bytes)
  const at = random.below(bytes.length)
  if (bytes.length > 0) copy[at] = (copy[at] as number) ^ (1 << random.below(8))
  return copy
}

const insert =
  (pieces: readonly (string | Buffer)[]): Change =>
  (bytes, random) => {
    const [at] = span(bytes, random)
    return replaced(bytes, at, at, Buffer.from(random.pick(pieces) as string))
  }

/** What UTF-8 is not: cut short, overlong, surrogates, beyond the last character. And what it is, at its edges. */
const NOT_UTF8 = [
  '80',
  'c3',
  'c0af',
  'e282',
  'e080af',
  'eda080',
  'edbfbf',
  'f09f90',
  'f4908080',
  'ff',
  'fe',
  'f8888080',
  'ed9fbf',
  'ee8080',
  'efbfbf',
  'f48fbfbf',
  'efbbbf',
  'c280',
]

const SIGNS = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '\0',
  '\n',
  '\r',
  '\r\n',
  '\t',
  ' ',
  '/',
  '*',
  '#',
  '-',
  '.',
  'e',
  '0',
  '%',
  '\x7f',
]

const KEYS = [
  '"__proto__":{"id":"x"},',
  '"constructor":{},',
  '"id":"acme",',
  '"id":"a","id":"b",',
  '"enabled":false,',
  '"":0,',
]

/** Open brackets: what a recursive reader has to stop at, on one engine sooner than on the other. */
const nest: Change = (bytes, random) => {
  const depth = random.pick([20, 200, 500, 1000, 2000, 5000, 20_000])
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[[],', ']'],
    ['{"tenants":[', ']}'],
  ] as const)
  const text = `${open.repeat(depth)}${random.chance(0.5) ? '1' : ''}${random.chance(0.8) ? close.repeat(depth) : ''}`
  const values = [...bytes.toString('latin1').matchAll(/"[^"]*"(?=\s*[,}\]])|\d+|true|false/g)]
  const at = values.length === 0 ? undefined : random.pick(values)
  if (at === undefined || random.chance(0.2)) return Buffer.from(text)
  return replaced(bytes, at.index, at.index + at[0].length, Buffer.from(text))
}

const long: Change = (bytes, random) => {
  const text = random
    .pick(['x', '\\u0000', '9', ' ', '\\\\', '🐢', '\\ud83d', 'a\\', '*', '"'])
    .repeat(random.pick([50, 300, 5000, 40_000, 300_000]))
  const [at, end] = span(bytes, random)
  return replaced(
    bytes,
    at,
    random.chance(0.5) ? at : end,
    Buffer.from(random.chance(0.5) ? JSON.stringify(text) : text),
  )
}

/** One thing in a list or an object so often that whatever grows faster than its input takes too long. */
const crowd: Change = (bytes, random) => {
  const count = random.pick([100, 100, 1000, 1000, 7000, 70_000])
  const kind = random.pick(['1,', '{"id":"acme"},', '"k":1,', '"KEY":1,', '{"id":"a-KEY"},', '\n', '/*'])
  const text = Array.from({ length: count }, (_, at) => kind.replace('KEY', at.toString(36))).join('')
  const places = [...bytes.toString('latin1').matchAll(/[[{]/g)]
  const at = places.length === 0 ? 0 : random.pick(places).index + 1
  return replaced(bytes, at, at, Buffer.from(text))
}

const spliced: Change = (bytes, random, others) => {
  const other = random.pick(others)
  return Buffer.concat([bytes.subarray(0, span(bytes, random)[0]), other.subarray(span(other, random)[0])])
}

const doubled: Change = (bytes, random) => {
  const [from, to] = span(bytes, random)
  return replaced(bytes, to, to, bytes.subarray(from, to))
}

const RARE: readonly Change[] = [nest, long, crowd]

const CHANGES: readonly Change[] = [
  flip,
  flip,
  (bytes, random) => replaced(bytes, ...span(bytes, random), Buffer.alloc(0)),
  doubled,
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  spliced,
  insert(SIGNS),
  insert(SIGNS),
  insert(NOT_UTF8.map((hex) => Buffer.from(hex, 'hex'))),
  insert(TEXTS),
  insert(TOKENS),
  insert(KEYS),
  insert(LINES.map((line) => `\n${line}\n`)),
  (bytes) => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes]),
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
  () => Buffer.alloc(0),
]

/** `others`: what lies beside it. */
export const changeBytes = (bytes: Buffer, random: Random, others: readonly Buffer[]): Buffer =>
  random.pick(random.chance(0.06) ? RARE : CHANGES)(bytes, random, others)
