import type { Json } from './json.ts'

/** What a value has to be; a phrase for what is none, to be read after 'expected'. */
export type Expect = (value: Json) => string | undefined

const is =
  (words: string, test: (value: Json) => boolean): Expect =>
  (value) =>
    test(value) ? undefined : words

const CONTROL = /[\u0000-\u001f\u007f]/

export const anyText = is('a text', ({ kind }) => kind === 'text')

/** What goes into files by the line. */
export const text = is(
  'a text without control characters',
  (value) => value.kind === 'text' && !CONTROL.test(value.value),
)

/** What systemd takes for safe: it refuses the whole record otherwise. */
export const safeText = is(
  'a text without quotes, backslashes and control characters',
  (value) => value.kind === 'text' && !CONTROL.test(value.value) && !/["'\\]/.test(value.value),
)

export const textThat = (words: string, test: (value: string) => boolean): Expect =>
  is(words, (value) => value.kind === 'text' && test(value.value))

export const oneOf = (...values: readonly string[]): Expect =>
  textThat(values.length === 1 ? `'${values[0]}'` : `one of ${values.join(', ')}`, (value) => values.includes(value))

export const boolean = is('true or false', ({ kind }) => kind === 'boolean')

export const booleanOrNull = is('true, false or null', ({ kind }) => kind === 'boolean' || kind === 'null')

export const object = is('an object', ({ kind }) => kind === 'object')

export const list = is('a list', ({ kind }) => kind === 'list')

export const listOf =
  (each: Expect): Expect =>
  (value) => {
    if (value.kind !== 'list') return 'a list'
    const wrong = value.items.map(each).find((one) => one !== undefined)
    return wrong === undefined ? undefined : `a list of which each is ${wrong}`
  }

const MOST_UNSIGNED = '18446744073709551615'
const LEAST_SIGNED = '9223372036854775808'

/** Of digits without leading zeros: engines do not agree on how to compare numbers of this size. */
const isAtMost = (digits: string, most: string): boolean =>
  digits.length < most.length || (digits.length === most.length && digits <= most)

const INTEGER = /^-?\d+$/

/** Whether it is an integer that readers would round or refuse. */
export const isBeyondIntegers = (value: Json): boolean => {
  if (value.kind !== 'number' || !INTEGER.test(value.text)) return false
  return value.text.startsWith('-')
    ? !isAtMost(value.text.slice(1), LEAST_SIGNED)
    : !isAtMost(value.text, MOST_UNSIGNED)
}

/** From 0 to 2^64-1. */
export const unsigned = is(
  'an integer from 0 on',
  (value) => value.kind === 'number' && /^\d+$/.test(value.text) && isAtMost(value.text, MOST_UNSIGNED),
)

export const unsignedOrNull = is(
  'an integer from 0 on, or null',
  (value) => value.kind === 'null' || unsigned(value) === undefined,
)

/** 2^64-1 stands for none. */
export const limit = is(
  'an integer from 1 on',
  (value) =>
    unsigned(value) === undefined && value.kind === 'number' && value.text !== '0' && value.text !== MOST_UNSIGNED,
)

/** Small ones, which every engine has exactly. */
export const integer = (least: number, most: number): Expect =>
  is(`an integer from ${least} to ${most}`, (value) => {
    if (value.kind !== 'number' || !INTEGER.test(value.text)) return false
    const number = Number(value.text)
    return number >= least && number <= most
  })

export const either = (one: Expect, other: Expect): Expect => {
  return (value) => {
    const [first, second] = [one(value), other(value)]
    return first === undefined || second === undefined ? undefined : `${first}, or ${second}`
  }
}

export const nothing = is('null', ({ kind }) => kind === 'null')
