import type * as z from 'zod/mini'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf } from '../report/json-source.ts'
import type { Problem } from '../report/problem.ts'

type Schema<T> = z.ZodMiniType<T>
type Issue = z.core.$ZodIssue

const LONGEST_SHOWN = 60

/** A value as it may be repeated in a message: short, on one line, and never walked into. */
export const show = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

/** `network.wireguard.peers[2].endpoint` */
const showPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((shown, key) => {
    if (typeof key === 'number') return `${shown}[${key}]`
    return shown === '' ? String(key) : `${shown}.${String(key)}`
  }, '')

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value)

/** How many letters must be added, dropped, changed or swapped with the next; small words only. */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return row[b.length] as number
}

/** The known key that somebody may have meant. */
const nearest = (key: string, known: readonly string[]): string | undefined => {
  if (key.length > 40) return undefined
  const ranked = known.map((one) => ({ one, far: distance(key.toLowerCase(), one.toLowerCase()) }))
  const best = ranked.sort((a, b) => a.far - b.far)[0]
  return best !== undefined && best.far <= Math.max(1, Math.floor(key.length / 3)) ? best.one : undefined
}

const keysAt = (schema: Schema<unknown>, path: readonly PropertyKey[]): readonly string[] => {
  let inner: unknown = schema
  const unwrap = (): void => {
    for (;;) {
      const def = (inner as { def?: { innerType?: unknown } } | undefined)?.def
      if (def?.innerType === undefined) return
      inner = def.innerType
    }
  }
  for (const key of path) {
    unwrap()
    const def = (inner as { def?: { shape?: Record<PropertyKey, unknown>; element?: unknown } } | undefined)?.def
    inner = typeof key === 'number' ? def?.element : def?.shape?.[key]
  }
  unwrap()
  return Object.keys((inner as { def?: { shape?: object } } | undefined)?.def?.shape ?? {})
}

const unknownKeys = (
  issue: Issue & { readonly code: 'unrecognized_keys' },
  schema: Schema<unknown>,
  source: JsonSource,
): readonly Problem[] =>
  issue.keys.map((key): Problem => {
    const meant = nearest(key, keysAt(schema, issue.path))
    const path = [...issue.path, key]
    return {
      severity: 'error',
      at: placeOf(source, path as (string | number)[], 'key'),
      message: `unknown key '${showPath(path)}'`,
      ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
    }
  })

const problemsOf = (issue: Issue, schema: Schema<unknown>, value: unknown, source: JsonSource): readonly Problem[] => {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, schema, source)
  const got = valueAt(value, issue.path)
  const where = showPath(issue.path)
  const found = got === undefined ? `missing, expected ${issue.message}` : `expected ${issue.message}, got ${show(got)}`
  const at = placeOf(source, issue.path as (string | number)[])
  return [{ severity: 'error', at, message: where === '' ? found : `${where}: ${found}` }]
}

export type Validated<T> = { readonly value: T } | { readonly problems: readonly Problem[] }

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Checks a parsed JSON value; the problems say file, line and column. */
export const validate = <T>(schema: Schema<T>, value: unknown, source: JsonSource): Validated<T> => {
  // An own key of this name is data for JSON.parse and a trap for everybody after it.
  if (isObject(value) && Object.hasOwn(value, '__proto__')) {
    return {
      problems: [{ severity: 'error', at: placeOf(source, ['__proto__'], 'key'), message: "unknown key '__proto__'" }],
    }
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { value: parsed.data }
  return {
    problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, schema as Schema<unknown>, value, source)),
  }
}
