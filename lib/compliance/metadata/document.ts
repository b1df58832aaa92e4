import { visit } from 'jsonc-parser'
import { nestingOf } from '../../host/nesting.ts'
import type { JsonSource } from '../../report/json-source.ts'
import { placeOf, syntaxProblem } from '../../report/json-source.ts'
import { jsonText } from '../../report/json-text.ts'
import { isObject } from '../../report/json-value.ts'
import type { Place } from '../../report/problem.ts'
import { lineStartsOf, placeAmong } from '../../report/text-place.ts'
import { type Check, guarded, type More } from '../check.ts'
import { resolve } from '../resolve.ts'
import type { Rule } from '../rule.ts'

/** A JSON file of somebody, of which each value has a place. */
export interface Document {
  readonly path: string
  readonly value: Readonly<Record<string, unknown>>
  readonly source: JsonSource
  /** Reports with the place of the value, or of its key. */
  report(rule: Rule, at: JsonSource['path'], message: string, more?: More & { readonly of?: 'key' | 'value' }): void
}

interface Limits {
  readonly rule: Rule
  /** In bytes. */
  readonly largest: number
}

interface Duplicate {
  readonly key: string
  readonly offset: number
}

/** Keys that an object has twice: readers disagree which of them counts. */
const duplicatesIn = (text: string): readonly Duplicate[] => {
  const open: Set<string>[] = []
  const found: Duplicate[] = []
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set())
    },
    onObjectEnd: () => {
      open.pop()
    },
    onObjectProperty: (key, offset) => {
      const keys = open.at(-1)
      if (keys?.has(key) === true) found.push({ key, offset })
      keys?.add(key)
    },
  })
  return found
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const more = ({ line, column }: Place): More => ({ line, column })

/** What is there in the place of a regular file; undefined when that is one. */
const wrongKind = ({ tree }: Check, path: string): string | undefined => {
  const node = tree.node(path)
  if (node === undefined) return 'is missing'
  if (node.kind === 'file') return undefined
  if (node.kind !== 'link') return `is a ${node.kind}, expected a file`
  return resolve(tree, path).state === 'found' ? 'is a link, expected a file' : 'is a link that leads to nothing here'
}

/** Reads an object of JSON as strictly as the strictest reader; what is wrong with it is a finding of `rule`. */
export const readDocument = (check: Check, path: string, { rule, largest }: Limits): Document | undefined => {
  const kind = wrongKind(check, path)
  if (kind !== undefined) {
    check.report(rule, path, kind)
    return undefined
  }
  const whole = guarded(check, rule, path, () => check.tree.text(path, largest))
  if (whole === undefined) return undefined
  const text = jsonText({ text: whole, nesting: nestingOf(whole) })
  const value = parsed(text)
  if (!isObject(value)) {
    const { message, at, hint } = value === undefined ? syntaxProblem(path, text) : notObject(path)
    check.report(rule, path, message, { ...more(at), ...(hint === undefined ? {} : { hint }) })
    return undefined
  }
  const starts = lineStartsOf(text)
  for (const { key, offset } of duplicatesIn(text))
    check.report(rule, path, `has '${key}' twice in one object`, more(placeAmong(path, starts, offset)))
  const source: JsonSource = { file: path, text, path: [] }
  return {
    path,
    value,
    source,
    report: (one, at, message, { of, ...rest } = {}) =>
      check.report(one, path, message, { ...more(placeOf(source, at, of)), ...rest }),
  }
}

const notObject = (file: string): { message: string; at: Place; hint?: string } => ({
  message: 'is no object',
  at: { file, line: 1, column: 1 },
})
