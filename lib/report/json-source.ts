import { printParseErrorCode, visit } from 'jsonc-parser'
import { type Part, partsOf, type Steps, someSteps, topOf } from './json-scan.ts'
import { isObject } from './json-value.ts'
import type { Place, Problem } from './problem.ts'
import { wholeFile } from './problem.ts'
import { lineStartsOf, placeAmong, placeAt } from './text-place.ts'

/** A value inside a JSON file. Kept so that a place can be found when, and only when, there is something to say. */
export interface JsonSource {
  readonly file: string
  readonly text: string
  /** Keys and indexes from the top of the file to the value. */
  readonly path: readonly (string | number)[]
  /** That of the whole file. The values in one file share it, and so what was found in the file once. */
  readonly whole?: JsonSource
}

const OPTIONS = { disallowComments: true, allowTrailingComma: false } as const

/** Of a broken text, the real parser reads so many characters, which takes some milliseconds on the small engine. */
const MOST_PARSED = 16 << 10

/** Elements with a syntax error: in a list of more, what follows is not looked at. Each takes ten times as long as a good one. */
const MOST_BROKEN = 1000

const parseErrorWords = (error: number): string =>
  printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is in a list, in its order, or in an object, by its keys. */
type Parts = readonly Part[] | ReadonlyMap<unknown, Part>

/** What was found in a text: a thousand mistakes in it must not search it a thousand times. */
interface Found {
  readonly text: string
  readonly parts: Map<number, Parts>
  readonly steps: Steps
  lineStarts: readonly number[] | undefined
}

const foundIn = (text: string): Found => ({ text, parts: new Map(), steps: someSteps(), lineStarts: undefined })

/** By source, not by text: comparing texts of megabytes takes the small engine longer than all the rest. */
const known = new WeakMap<JsonSource, Found>()

const foundBy = (source: JsonSource): Found => {
  const key = source.whole ?? source
  const found = known.get(key) ?? foundIn(source.text)
  known.set(key, found)
  return found
}

/** Of two of the same key the last one counts, as for JSON.parse. */
const byKeys = (parts: readonly Part[]): Parts =>
  new Map(parts.map((part) => [part.key.includes('\\') ? parsed(part.key) : part.key.slice(1, -1), part]))

/** What is in the list or object that begins at `start`. */
const partsAt = ({ text, parts, steps }: Found, start: number): Parts => {
  const before = parts.get(start)
  if (before !== undefined) return before
  const list = partsOf(text, start, steps)
  const made = text[start] === '{' ? byKeys(list) : list
  parts.set(start, made)
  return made
}

const partAt = (found: Found, start: number, segment: string | number): Part | undefined => {
  const parts = partsAt(found, start)
  if (parts instanceof Map) return parts.get(segment)
  return typeof segment === 'number' ? (parts as readonly Part[])[segment] : undefined
}

/** The list `key` of the top object. */
const listIn = (found: Found, key: string): readonly Part[] => {
  const list = partAt(found, topOf(found.text), key)
  const parts = list === undefined ? [] : partsAt(found, list.at)
  return parts instanceof Map ? [] : (parts as readonly Part[])
}

const placeIn = (found: Found, file: string, offset: number): Place => {
  found.lineStarts ??= lineStartsOf(found.text)
  return placeAmong(file, found.lineStarts, offset)
}

/** Where a value stands, or, with `key`, where its key stands. The nearest enclosing value when it is not there at all. */
export const placeOf = (
  source: JsonSource,
  path: readonly (string | number)[],
  what: 'key' | 'value' = 'value',
): Place => {
  const found = foundBy(source)
  let at = topOf(found.text)
  if (at >= found.text.length) return wholeFile(source.file)
  const segments = [...source.path, ...path]
  for (const [index, segment] of segments.entries()) {
    const part = partAt(found, at, segment)
    if (part === undefined) break
    at = what === 'key' && index === segments.length - 1 ? part.keyAt : part.at
  }
  return placeIn(found, source.file, at)
}

/** A text in which what has no error is short. */
interface Abridged {
  readonly text: string
  /** Where pieces of it begin, in it and in the whole text. */
  readonly pieces: readonly (readonly [here: number, there: number])[]
}

/** What two elements that are whole need between them. */
const isSeparator = (text: string): boolean => /^\s*,\s*$/.test(text)

/** `whole`: elements of a list, one after the other. In a long text they become one `{}`: what is wrong stays, and stays wrong. */
const abridge = (text: string, whole: readonly Part[]): Abridged => {
  const pieces: (readonly [number, number])[] = [[0, 0]]
  if (text.length <= MOST_PARSED) return { text, pieces }
  let short = ''
  let copied = 0
  for (const { at, end } of whole) {
    const between = text.slice(copied, at)
    if (copied === 0 || !isSeparator(between)) {
      short += `${between}{}`
      if (short.length > MOST_PARSED) break
    }
    copied = end
    pieces.push([short.length, end])
  }
  return { text: short + text.slice(copied, copied + MOST_PARSED + 1), pieces }
}

const unabridged = ({ pieces }: Abridged, offset: number): number => {
  const [here, there] = pieces.findLast(([start]) => start <= offset) ?? [0, 0]
  return there + offset - here
}

interface SyntaxError {
  readonly words: string
  readonly offset: number
  /** Where what is wrong ends. */
  readonly end: number
}

class FirstError extends Error {
  readonly what: SyntaxError
  constructor(what: SyntaxError) {
    super()
    this.what = what
  }
}

const firstError = (text: string): SyntaxError | 'too deep' | undefined => {
  try {
    const onError = (error: number, offset: number, length: number): never => {
      throw new FirstError({ words: parseErrorWords(error), offset, end: offset + length })
    }
    visit(text, { onError }, OPTIONS)
    return undefined
  } catch (thrown) {
    return thrown instanceof FirstError ? thrown.what : 'too deep'
  }
}

const NO_EXTRAS = 'JSON has no comments and no comma after the last element'

const problemIn = (file: string, text: string, whole: readonly Part[]): Problem => {
  const problem = (at: Place, words: string, hint?: string): Problem => ({
    severity: 'error',
    at,
    message: `not valid JSON, ${words}`,
    ...(hint === undefined ? {} : { hint }),
  })
  if (text.startsWith('\ufeff'))
    return problem(placeAt(file, text, 0), 'begins with a byte order mark', 'save it as UTF-8 without BOM')
  const short = abridge(text, whole)
  const read = short.text.slice(0, MOST_PARSED)
  const found = firstError(read)
  if (found === 'too deep') return problem(wholeFile(file), 'nested too deeply')
  const isCut = read.length < short.text.length
  if (isCut && (found === undefined || found.end >= read.length))
    return problem(placeAt(file, text, unabridged(short, read.length)), 'somewhere after this place', NO_EXTRAS)
  if (found === undefined) return problem(wholeFile(file), 'something in it is not allowed', NO_EXTRAS)
  return problem(placeAt(file, text, unabridged(short, found.offset)), found.words, NO_EXTRAS)
}

/** What is wrong with a text that JSON.parse refused, at the first place where it is, or a place before that in a long text. */
export const syntaxProblem = (file: string, text: string): Problem => problemIn(file, text, [])

export interface Recovered {
  readonly index: number
  /** Undefined when the error is inside this one. */
  readonly value: unknown
  /** The `id` it seems to have, whether or not the rest can be read. */
  readonly id: unknown
}

/** The id of an object that is broken elsewhere. */
const idOf = (found: Found, start: number): unknown => {
  const id = partAt(found, start, 'id')
  return id === undefined ? undefined : parsed(found.text.slice(id.at, id.end))
}

/**
 * The elements of the list `key` in a text with syntax errors, those without an error inside parsed anew, strictly; and
 * what is wrong with the text.
 */
export const recoverList = (
  file: string,
  text: string,
  key: string,
): { readonly elements: readonly Recovered[]; readonly problem: Problem } => {
  const found = foundIn(text)
  const parts = listIn(found, key)
  const elements: Recovered[] = []
  let broken = 0
  let whole: number | undefined
  for (const [index, { at, end }] of parts.entries()) {
    const value = parsed(text.slice(at, end))
    const id = value === undefined ? idOf(found, at) : isObject(value) ? value.id : undefined
    elements.push({ index, value, id })
    if (value !== undefined) continue
    whole ??= index
    broken += 1
    if (broken === MOST_BROKEN) break
  }
  return { elements, problem: problemIn(file, text, parts.slice(0, whole)) }
}
