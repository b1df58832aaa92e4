import type { JsonSource } from '../report/json-source.ts'
import { placeOf } from '../report/json-source.ts'
import { isObject, show, showKey } from '../report/json-value.ts'
import type { Problem } from '../report/problem.ts'
import type { Tally } from '../report/tally.ts'
import { tallyOf } from '../report/tally.ts'
import type { Infer, ObjectShape, Shape } from './shape.ts'
import { accepts } from './shape.ts'
import { issuesOf } from './zod.ts'

type Path = JsonSource['path']

/** `network.wireguard.peers[2].endpoint` */
const showPath = (path: Path): string =>
  path.reduce<string>((shown, key) => {
    if (typeof key === 'number') return `${shown}[${key}]`
    return shown === '' ? showKey(key) : `${shown}.${showKey(key)}`
  }, '')

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

/** The known key that somebody may have meant. Those of very different length are not asked for: it takes time. */
const nearest = (key: string, known: readonly string[]): string | undefined => {
  const most = Math.max(1, Math.floor(key.length / 3))
  const ranked = known
    .filter((one) => Math.abs(one.length - key.length) <= most)
    .map((one) => ({ one, far: distance(key.toLowerCase(), one.toLowerCase()) }))
  const best = ranked.sort((a, b) => a.far - b.far)[0]
  return best !== undefined && best.far <= most ? best.one : undefined
}

/** A value of a file that does not look as it should. */
interface Wrong {
  readonly value: unknown
  readonly path: Path
}

interface Findings {
  readonly source: JsonSource
  readonly tally: Tally
}

/** zod words it: a value without parts, or one of another kind than its shape. */
const wrongValue = (shape: Shape, { value, path }: Wrong, { source, tally }: Findings): void => {
  if (tally.isFull) {
    tally.count()
    return
  }
  const where = showPath(path)
  for (const { message: expected } of issuesOf(shape, value)) {
    tally.add(() => {
      const found = value === undefined ? `missing, expected ${expected}` : `expected ${expected}, got ${show(value)}`
      return { severity: 'error', at: placeOf(source, path), message: where === '' ? found : `${where}: ${found}` }
    })
  }
}

const unknownKey = (known: ObjectShape['keys'], path: Path, key: string, source: JsonSource): Problem => {
  const meant = nearest(key, Object.keys(known))
  return {
    severity: 'error',
    at: placeOf(source, [...path, key], 'key'),
    message: `unknown key '${showPath([...path, key])}'`,
    ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
  }
}

const wrongObject = (
  { keys, required = [], open }: ObjectShape,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  findings: Findings,
): void => {
  for (const [key, shape] of Object.entries(keys)) {
    if (Object.hasOwn(value, key)) findWrong(shape, { value: value[key], path: [...path, key] }, findings)
    else if (required.includes(key)) wrongValue(shape, { value: undefined, path: [...path, key] }, findings)
  }
  if (open === true) return
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(keys, key)) findings.tally.add(() => unknownKey(keys, path, key, findings.source))
  }
}

const wrongMap = (
  { key: { of: pattern, words }, of: shape }: Extract<Shape, { is: 'map' }>,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  findings: Findings,
): void => {
  for (const [key, one] of Object.entries(value)) {
    const at = [...path, key]
    if (pattern.test(key)) findWrong(shape, { value: one, path: at }, findings)
    else
      findings.tally.add(() => ({
        severity: 'error',
        at: placeOf(findings.source, at, 'key'),
        message: `${showPath(at)}: expected ${words} for a name`,
      }))
  }
}

/** Walks to what is wrong in the order of the tables. After the first mistakes this only counts. */
const findWrong = (shape: Shape, { value, path }: Wrong, findings: Findings): void => {
  if (accepts(shape, value)) return
  if (shape.is === 'object' && isObject(value)) wrongObject(shape, value, path, findings)
  else if (shape.is === 'map' && isObject(value)) wrongMap(shape, value, path, findings)
  else if (shape.is === 'list' && Array.isArray(value)) {
    for (const [index, one] of value.entries()) findWrong(shape.of, { value: one, path: [...path, index] }, findings)
  } else wrongValue(shape, { value, path }, findings)
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
  const tally = tallyOf(source.file)
  findWrong(shape, { value, path: [] }, { source, tally })
  const problems = tally.problems()
  // The two are made from one table. Should they ever disagree, an entry without a reason must not pass for a good one.
  if (problems.length === 0) throw new Error(`${source.file}: refused without a reason`)
  return { problems }
}
