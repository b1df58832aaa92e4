/** os-release(5), and the extension-release files that share its format, as systemd itself reads them. */

export type OsRelease = ReadonlyMap<string, string>

export type ParsedOsRelease =
  | { readonly values: OsRelease }
  /** `line` counts from 1. */
  | { readonly error: string; readonly line: number }

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || isNewline(char)
const isNewline = (char: string): boolean => char === '\n' || char === '\r'

const endOfLine = (text: string, from: number): number => {
  let end = from
  while (end < text.length && !isNewline(text[end] as string)) end += 1
  return end
}

interface Value {
  readonly value: string
  /** Where it ends, at a newline outside of quotes. */
  readonly end: number
  readonly isClosed: boolean
}

/**
 * A value from `start`: '…' and "…" as a shell has them, one after the other, and then maybe a bare word. In a bare word
 * only `\` means something: quotes in the middle of it are part of it.
 */
const readValue = (text: string, start: number): Value => {
  let [value, quote, isBare, at] = ['', '', false, start]
  /** Blanks at the end of a bare word are not part of it. */
  let kept = 0
  for (; at < text.length; at += 1) {
    const char = text[at] as string
    if (quote === '' && isNewline(char)) break
    if (quote === '' ? !isBare && (char === '"' || char === "'") : char === quote) quote = quote === '' ? char : ''
    else if (char === '\\' && quote !== "'") {
      at += 1
      const next = text[at] ?? ''
      if (quote === '"') value += '"\\`$'.includes(next) ? next : next === '\n' ? '' : `\\${next}`
      else if (!isNewline(next)) value += next
      if (quote === '') isBare = true
      kept = value.length
    } else if (quote !== '' || isBare || !isBlank(char)) {
      value += char
      isBare ||= quote === ''
      if (!isBlank(char)) kept = value.length
    }
  }
  return { value: isBare ? value.slice(0, kept) : value, end: at, isClosed: quote === '' }
}

/**
 * Later assignments win, as in a shell; a line that is none means nothing. Stricter than systemd in one thing: where a quote
 * is never closed, systemd takes the rest of the file for the value and whoever wrote it did not.
 */
export const parseOsRelease = (text: string): ParsedOsRelease => {
  const values = new Map<string, string>()
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length
  const nul = text.indexOf('\0')
  if (nul >= 0) return { error: 'has a NUL character', line: lineOf(nul) }
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string
    const end = isBlank(char) ? at + 1 : endOfLine(text, at)
    const equals = text.indexOf('=', at + 1)
    if (isBlank(char) || char === '#' || char === ';' || equals < 0 || equals > end) {
      at = end
      continue
    }
    const key = text.slice(at, equals).trimEnd()
    const read = readValue(text, equals + 1)
    if (!read.isClosed) return { error: `value of ${key} has an unbalanced quote`, line: lineOf(equals) }
    values.set(key, read.value)
    at = read.end
  }
  return { values }
}
