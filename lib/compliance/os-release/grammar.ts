/** os-release(5) read as strictly as its page, with places; what systemd makes of the same text is lib/systemd/os-release.ts. */

export interface Assignment {
  readonly key: string
  readonly value: string
  readonly line: number
  /** Of the value, from 1. */
  readonly column: number
}

/** What is wrong with the text, by the rule that says so. */
export interface Flaw {
  readonly rule: 'OSR-06' | 'OSR-07' | 'OSR-08' | 'OSR-09' | 'OSR-10'
  readonly line: number
  readonly column: number
  readonly message: string
  /** systemd makes nothing of the file, or passes over the line and goes on. */
  readonly weight: 'fatal' | 'error' | 'warning'
}

export interface Release {
  readonly assignments: readonly Assignment[]
  /** Of a key given twice the last one, as readers have it. */
  readonly values: ReadonlyMap<string, Assignment>
  readonly flaws: readonly Flaw[]
}

const KEY = /^[A-Z][A-Z0-9_]*$/

/** What a shell takes for itself outside of quotes. */
const SPECIAL = /[\s;$`\\"'&<>()*?[\]#~|]/

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

type Unquoted = { readonly value: string; readonly flaw?: readonly [at: number, message: string, fatal?: true] }

const inDouble = (text: string): Unquoted => {
  let value = ''
  for (let at = 1; at < text.length; at += 1) {
    const char = text[at] as string
    if (char === '"')
      return at === text.length - 1 ? { value } : { value, flaw: [at + 1, 'has something after the closing quote'] }
    if (char === '$' || char === '`') {
      return { value: text.slice(1, -1), flaw: [at, `has a bare ${char} in double quotes, expected \\${char}`] }
    }
    if (char === '\\') {
      const next = text[at + 1] ?? ''
      if (!'"$`\\'.includes(next) || next === '') {
        if (next === '') break
        value += char
      }
      value += next
      at += 1
    } else value += char
  }
  return { value: '', flaw: [0, 'has a quote that is not closed in its line', true] }
}

const inSingle = (text: string): Unquoted => {
  const end = text.indexOf("'", 1)
  if (end < 0) return { value: '', flaw: [0, 'has a quote that is not closed in its line', true] }
  return end === text.length - 1
    ? { value: text.slice(1, end) }
    : { value: text.slice(1, end), flaw: [end + 1, 'has something after the closing quote'] }
}

const unquote = (text: string): Unquoted => {
  if (text.startsWith('"')) return inDouble(text)
  if (text.startsWith("'")) return inSingle(text)
  const bad = SPECIAL.exec(text)
  if (bad === null) return { value: text }
  const isQuote = bad[0] === '"' || bad[0] === "'"
  const even = text.split(bad[0]).length % 2 === 1
  return {
    value: text.replace(/\\(.)/g, '$1'),
    flaw: [
      bad.index,
      isQuote ? 'has a quote inside of it' : `has a bare ${JSON.stringify(bad[0])}, expected quotes around the value`,
      ...(isQuote && !even ? ([true] as const) : ([] as const)),
    ] as readonly [number, string, true?],
  }
}

/** `export`, and blanks around the `=`, which a shell takes for something else than systemd does. */
const leftSide = (text: string): readonly [key: string, message?: string] => {
  const key = text.trim()
  if (/^export\s/.test(key)) return [key, "has 'export', which is part of the key for readers"]
  return key === text ? [key] : [key, 'has blanks before the equals sign, or before the key']
}

export const parseRelease = (text: string): Release => {
  const assignments: Assignment[] = []
  const values = new Map<string, Assignment>()
  const flaws: Flaw[] = []
  const lines = text.split('\n')
  const returns = lines.findIndex((line) => line.endsWith('\r'))
  if (returns >= 0)
    flaws.push({
      rule: 'OSR-07',
      line: returns + 1,
      column: 1,
      message: 'has line ends of another system (CR LF)',
      weight: 'warning',
    })
  for (const [index, whole] of lines.entries()) {
    const written = whole.replace(/\r$/, '')
    const line = index + 1
    const flaw = (rule: Flaw['rule'], column: number, message: string, weight: Flaw['weight'] = 'error'): void => {
      flaws.push({ rule, line, column, message, weight })
    }
    const control = CONTROL.exec(written)
    if (control !== null) {
      flaw('OSR-06', control.index + 1, 'has a control character', 'fatal')
      continue
    }
    const first = written.trimStart()[0]
    if (first === undefined || first === '#' || first === ';') continue
    const equals = written.indexOf('=')
    if (equals < 0) {
      flaw('OSR-07', 1, 'is no KEY=VALUE: readers pass over it', 'warning')
      continue
    }
    const [key, wrong] = leftSide(written.slice(0, equals))
    const right = written.slice(equals + 1)
    const column = equals + 2
    if (wrong !== undefined) flaw('OSR-07', 1, wrong)
    else if (!KEY.test(key)) flaw('OSR-10', 1, `has the key '${key}'`, 'warning')
    if (/^\s/.test(right)) flaw('OSR-07', column, 'has blanks after the equals sign')
    const { value, flaw: bad } = unquote(right.trim())
    if (bad !== undefined) {
      const [at, message, isFatal] = bad
      flaw(isFatal === true ? 'OSR-07' : 'OSR-08', column + at, `${key} ${message}`, isFatal ? 'fatal' : 'error')
    }
    const assignment = { key, value, line, column }
    const before = values.get(key)
    if (before !== undefined) flaw('OSR-09', 1, `${key} was given in line ${before.line} already`)
    assignments.push(assignment)
    values.set(key, assignment)
  }
  return { assignments, values, flaws }
}
