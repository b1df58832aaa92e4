/**
 * Finds its way through JSON by brackets and quotes alone, in what is valid and, as well as one can, in what is not. Each
 * pattern runs over long stretches at once, which the small engine does ten times faster than a loop over characters, and
 * repeats a group at most a thousand times: beyond some ten thousand the large one has no stack left.
 */

/** To the next bracket, slash, or string that has an escape or no end. */
const STRETCH = /[^"{}[\]/]*(?:"[^"\\\n\r]*"[^"{}[\]/]*){0,999}/y
/** To the end of a string. A line ends one that has no end: what follows is probably meant. */
const INSIDE = /[^"\\\n\r]*(?:\\[\s\S][^"\\\n\r]*){0,999}/y
const LINE = /[^\n\r]*/y
const SPACES = /\s*/y
const SEPARATORS = /[\s,]*/y
/** A key as most are, from what comes before it to its value. */
const PLAIN_KEY = /[\s,]*"[^"\\\n\r]*"\s*:\s*(?=[^\s,:}\]/])/y
/** A number, a word, or nothing known. */
const BARE = /[^\s",:{}[\]/]*/y

const run = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  pattern.test(text)
  return pattern.lastIndex
}

const stringEnd = (text: string, quote: number): number => {
  let from = quote + 1
  for (;;) {
    const at = run(INSIDE, text, from)
    if (text[at] === '"') return at + 1
    if (text[at] !== '\\') return at
    if (at === from) return at + 1
    from = at
  }
}

/** Behind a comment; JSON has none, but people write them. */
const slashEnd = (text: string, at: number): number => {
  if (text[at + 1] === '/') return run(LINE, text, at)
  if (text[at + 1] !== '*') return at + 1
  const end = text.indexOf('*/', at + 2)
  return end < 0 ? text.length : end + 2
}

const gapEnd = (text: string, from: number, gap: RegExp): number => {
  let at = run(gap, text, from)
  while (text[at] === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) at = run(gap, text, slashEnd(text, at))
  return at
}

const isOpen = (char: string | undefined): boolean => char === '{' || char === '['
const isClose = (char: string | undefined): boolean => char === '}' || char === ']'

/** How many steps may still be made: a text of millions of brackets is not worth the time it takes. */
export interface Steps {
  left: number
}

/** Less than half a second on the small engine, and more than 8 MiB of tenants take. */
export const someSteps = (): Steps => ({ left: 800_000 })

const STEPS_OF_A_PART = 8

/** The next bracket from `at` on, or the end of the text when that comes first or the steps are used up. */
const nextBracket = (text: string, from: number, steps: Steps): number => {
  let at = from
  for (; steps.left > 0; steps.left -= 1) {
    at = run(STRETCH, text, at)
    if (text[at] === '"') at = stringEnd(text, at)
    else if (text[at] === '/') at = slashEnd(text, at)
    else return at
  }
  return text.length
}

/** The end of the list or object that begins here, or of the text when that comes first or the steps are used up. */
const bracketEnd = (text: string, from: number, steps: Steps): number => {
  let depth = 0
  for (let at = from; ; at += 1) {
    steps.left -= 1
    at = nextBracket(text, at, steps)
    if (at >= text.length) return at
    depth += isOpen(text[at]) ? 1 : -1
    if (depth === 0) return at + 1
  }
}

const valueEnd = (text: string, at: number, steps: Steps): number => {
  if (text[at] === '"') return stringEnd(text, at)
  return isOpen(text[at]) ? bracketEnd(text, at, steps) : Math.max(at + 1, run(BARE, text, at))
}

/** A value in a list or an object. */
export interface Part {
  /** Its key, with its quotes, in an object. */
  readonly key: string
  readonly keyAt: number
  readonly at: number
  readonly end: number
}

/** The colon behind a key and the spaces around it; undefined when there is none, or no value behind it. */
const valueStart = (text: string, keyEnd: number): number | undefined => {
  const colon = gapEnd(text, keyEnd, SPACES)
  const at = gapEnd(text, colon + 1, SPACES)
  const isThere = text[colon] === ':' && at < text.length && text[at] !== ',' && !isClose(text[at])
  return isThere ? at : undefined
}

interface Key {
  readonly at: number
  readonly end: number
  /** Where its value begins. */
  readonly value: number | undefined
}

/** The next key from `from` on, or what stands in the place of one. Undefined at the end of the object. */
const keyFrom = (text: string, from: number, steps: Steps): Key | undefined => {
  const value = run(PLAIN_KEY, text, from)
  if (value > from) {
    const at = text.indexOf('"', from)
    return { at, end: text.indexOf('"', at + 1) + 1, value }
  }
  const at = gapEnd(text, from, SEPARATORS)
  if (at >= text.length || isClose(text[at])) return undefined
  const end = valueEnd(text, at, steps)
  return { at, end, value: valueStart(text, end) }
}

/** The same for what has no keys. */
const elementFrom = (text: string, from: number): Key | undefined => {
  const at = gapEnd(text, from, SEPARATORS)
  return at >= text.length || isClose(text[at]) ? undefined : { at, end: at, value: at }
}

/** What is in the list or object that begins at `start`, as far as the steps reach. */
export const partsOf = (text: string, start: number, steps: Steps): readonly Part[] => {
  const parts: Part[] = []
  if (!isOpen(text[start])) return parts
  const next = text[start] === '{' ? keyFrom : elementFrom
  for (let at = start + 1; ; ) {
    const key = next(text, at, steps)
    if (key === undefined) return parts
    at = key.value === undefined ? key.end : valueEnd(text, key.value, steps)
    steps.left -= STEPS_OF_A_PART
    // What is cut short by them has no known end.
    if (steps.left <= 0) return parts
    if (key.value !== undefined) {
      parts.push({ key: text.slice(key.at, key.end), keyAt: key.at, at: key.value, end: at })
    }
  }
}

/** Blank, but for the lines. */
const blank = (text: string): string => text.replace(/[^\n]+/g, (line) => ' '.repeat(line.length))

/**
 * The same text, of the same length, in which everything that is nested deeper than `most` is a 0: places in it are still
 * those of the file. What the steps do not reach is blank.
 */
export const flatten = (text: string, most: number): string => {
  const steps = someSteps()
  let kept = ''
  let copied = 0
  let depth = 0
  for (let at = 0; ; at += 1) {
    const from = at
    at = nextBracket(text, from, steps)
    steps.left -= 1
    if (steps.left <= 0 && depth <= most) return kept + text.slice(copied, from) + blank(text.slice(from))
    if (steps.left <= 0 || at >= text.length) break
    const before = depth
    depth += isOpen(text[at]) ? 1 : -1
    if (before === most && depth > most) kept += `${text.slice(copied, at)}0`
    else if (before > most && depth === most) kept += blank(text.slice(copied, at + 1))
    else continue
    copied = at + 1
  }
  const rest = text.slice(copied)
  return kept + (depth > most ? blank(rest) : rest)
}

/** Where the text's one value begins. */
export const topOf = (text: string): number => gapEnd(text, 0, SPACES)
