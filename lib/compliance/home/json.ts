import { visit } from 'jsonc-parser'
import { nestingOf } from '../../host/nesting.ts'
import { syntaxProblem } from '../../report/json-source.ts'
import type { Place, Problem } from '../../report/problem.ts'
import { wholeFile } from '../../report/problem.ts'
import { lineStartsOf, placeAmong } from '../../report/text-place.ts'

/** JSON with exact numbers, every key of an object, and the place of each value: what JSON.parse forgets. */

export interface Member {
  readonly key: string
  /** Of the key. */
  readonly at: number
  readonly value: Json
}

interface At {
  /** Offset in the text. */
  readonly at: number
}

export type Json =
  | (At & { readonly kind: 'object'; readonly members: readonly Member[] })
  | (At & { readonly kind: 'list'; readonly items: readonly Json[] })
  | (At & { readonly kind: 'text'; readonly value: string })
  /** As it is written. */
  | (At & { readonly kind: 'number'; readonly text: string })
  | (At & { readonly kind: 'boolean'; readonly value: boolean })
  | (At & { readonly kind: 'null' })

export interface JsonFile {
  readonly root: Json
  placeOf(offset: number): Place
}

/** As deep as everywhere with us. */
const DEEPEST = 64

type Open =
  | { readonly at: number; readonly members: Member[]; key: string; keyAt: number }
  | { readonly at: number; readonly items: Json[] }

const literal = (text: string, value: unknown, at: number, length: number): Json => {
  if (typeof value === 'string') return { kind: 'text', at, value }
  if (typeof value === 'number') return { kind: 'number', at, text: text.slice(at, at + length) }
  return typeof value === 'boolean' ? { kind: 'boolean', at, value } : { kind: 'null', at }
}

/** Of a text that JSON.parse takes. */
const build = (text: string): Json => {
  const open: Open[] = []
  let root: Json = { kind: 'null', at: 0 }
  const add = (value: Json): void => {
    const top = open.at(-1)
    if (top === undefined) root = value
    else if ('items' in top) top.items.push(value)
    else top.members.push({ key: top.key, at: top.keyAt, value })
  }
  const close = (): void => {
    const top = open.pop() as Open
    add(
      'items' in top
        ? { kind: 'list', at: top.at, items: top.items }
        : { kind: 'object', at: top.at, members: top.members },
    )
  }
  visit(text, {
    onObjectBegin: (at) => {
      open.push({ at, members: [], key: '', keyAt: at })
    },
    onArrayBegin: (at) => {
      open.push({ at, items: [] })
    },
    onObjectProperty: (key, at) => {
      const top = open.at(-1)
      if (top !== undefined && 'members' in top) [top.key, top.keyAt] = [key, at]
    },
    onObjectEnd: close,
    onArrayEnd: close,
    onLiteralValue: (value, at, length) => add(literal(text, value, at, length)),
  })
  return root
}

const isValid = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

export const readJson = (file: string, text: string): JsonFile | Problem => {
  if (nestingOf(text) > DEEPEST)
    return { severity: 'error', at: wholeFile(file), message: `is nested deeper than ${DEEPEST} levels` }
  if (!isValid(text)) return syntaxProblem(file, text)
  const starts = lineStartsOf(text)
  return { root: build(text), placeOf: (offset) => placeAmong(file, starts, offset) }
}

/** The value of a key, undefined where there is none; the last one counts. */
export const member = (object: Json, key: string): Json | undefined =>
  object.kind === 'object' ? object.members.findLast((member) => member.key === key)?.value : undefined
