import type { JsonSource } from '../report/json-source.ts'
import { placeOf } from '../report/json-source.ts'
import { isObject, show } from '../report/json-value.ts'
import type { Problem } from '../report/problem.ts'
import type { Infer, Shape } from './shape.ts'
import { accepts } from './shape.ts'
import { issuesOf } from './zod.ts'

type Issue = ReturnType<typeof issuesOf>[number]

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

const keysAt = (shape: Shape, path: readonly PropertyKey[]): readonly string[] => {
  const inner = path.reduce<Shape | undefined>((outer, key) => {
    if (outer?.is === 'list') return outer.of
    return outer?.is === 'object' ? outer.keys[String(key)] : undefined
  }, shape)
  return inner?.is === 'object' ? Object.keys(inner.keys) : []
}

const unknownKeys = (
  issue: Issue & { readonly code: 'unrecognized_keys' },
  shape: Shape,
  source: JsonSource,
): readonly Problem[] =>
  issue.keys.map((key): Problem => {
    const meant = nearest(key, keysAt(shape, issue.path))
    const path = [...issue.path, key]
    return {
      severity: 'error',
      at: placeOf(source, path as (string | number)[], 'key'),
      message: `unknown key '${showPath(path)}'`,
      ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
    }
  })

const problemsOf = (issue: Issue, shape: Shape, value: unknown, source: JsonSource): readonly Problem[] => {
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, shape, source)
  const got = valueAt(value, issue.path)
  const where = showPath(issue.path)
  const found = got === undefined ? `missing, expected ${issue.message}` : `expected ${issue.message}, got ${show(got)}`
  const at = placeOf(source, issue.path as (string | number)[])
  return [{ severity: 'error', at, message: where === '' ? found : `${where}: ${found}` }]
}

export type Validated<T> = { readonly value: T } | { readonly problems: readonly Problem[] }

/** Checks a parsed JSON value; the problems say file, line and column. */
export const validate = <S extends Shape>(shape: S, value: unknown, source: JsonSource): Validated<Infer<S>> => {
  // An own key of this name is data for JSON.parse and a trap for everybody after it.
  if (isObject(value) && Object.hasOwn(value, '__proto__')) {
    return {
      problems: [{ severity: 'error', at: placeOf(source, ['__proto__'], 'key'), message: "unknown key '__proto__'" }],
    }
  }
  if (accepts(shape, value)) return { value: value as Infer<S> }
  const issues = issuesOf(shape, value)
  // The two are made from one table. Should they ever disagree, an entry without a reason must not pass for a good one.
  if (issues.length === 0) throw new Error(`${source.file}: refused without a reason`)
  return { problems: issues.flatMap((issue) => problemsOf(issue, shape, value, source)) }
}
