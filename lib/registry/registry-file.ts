import type { Reader } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf, recoverList } from '../report/json-source.ts'
import { jsonText } from '../report/json-text.ts'
import { isObject, show, showKey } from '../report/json-value.ts'
import type { Problem } from '../report/problem.ts'
import { isProblem } from '../report/problem.ts'
import { error, readTrusted, refusedEntry, type Sink } from './entry.ts'

/** Of so many tenants the units are not written in the time that a generator has, on any engine. */
const LARGEST_REGISTRY = 8 << 20

/** One element of `tenants`. */
interface Element {
  readonly index: number
  /** Undefined when it could not be read, and then `problem` says why. */
  readonly value: unknown
  readonly id: unknown
  readonly problem: Problem | undefined
}

const elementOf = (whole: JsonSource, index: number): JsonSource => ({ ...whole, path: ['tenants', index], whole })

const unknownKeys = (top: object, whole: JsonSource, sink: Sink): void => {
  for (const key of Object.keys(top)) {
    if (key === 'tenants' || key === '$schema') continue
    sink.tally.add(() => ({
      severity: 'error',
      at: placeOf(whole, [key], 'key'),
      message: `unknown key '${showKey(key)}', ignoring it`,
    }))
  }
}

/** Calls `take` for the elements of `tenants`, as far as they can be had: what a syntax error leaves whole is kept. */
const eachElement = (whole: JsonSource, sink: Sink, take: (element: Element) => void): void => {
  const { file, text } = whole
  let top: unknown
  try {
    top = JSON.parse(text)
  } catch {
    const { problem, elements } = recoverList(file, text, 'tenants')
    sink.tally.add(() => ({ ...problem, message: `${problem.message}: tenants after this place may be missing` }))
    for (const { index, value, id } of elements)
      take({ index, value, id, problem: value === undefined ? problem : undefined })
    return
  }
  const list = isObject(top) ? top.tenants : undefined
  if (!Array.isArray(list)) {
    sink.tally.add(() => ({
      severity: 'error',
      at: placeOf(whole, ['tenants']),
      message: 'expected {"tenants": [ … ]}, ignoring the file',
    }))
    return
  }
  unknownKeys(top as object, whole, sink)
  let index = 0
  for (const value of list) {
    take({ index, value, id: isObject(value) ? value.id : undefined, problem: undefined })
    index += 1
  }
}

const wrongValue = (id: unknown): string =>
  id === undefined ? `missing, expected ${TENANT_ID_WORDS}` : `expected ${TENANT_ID_WORDS}, got ${show(id)}`

/** What the file has said so far. */
interface Said {
  readonly whole: JsonSource
  /** Where each id stands first. */
  readonly first: Map<string, number>
  /** Ids that are given twice. */
  readonly doubled: Set<string>
}

/** Ids that are given twice: of so many it is said where. */
const MOST_PLACED = 20

const duplicateId = ({ whole, first, doubled }: Said, id: string, index: number): Problem => {
  if (doubled.size > MOST_PLACED) return error(whole.file, `id '${id}' is given twice`)
  const { line, column } = placeOf(elementOf(whole, first.get(id) as number), ['id'])
  return {
    severity: 'error',
    at: placeOf(elementOf(whole, index), ['id']),
    message: `id '${id}' is given twice, first at ${line}:${column}`,
  }
}

/** An id that is there before in the same file: neither entry is meant more than the other. */
const refuseBoth = (said: Said, id: string, index: number, { entries }: Sink): void => {
  const entry = entries.get(id)
  if (said.doubled.has(id) || entry === undefined || entry === 'masked') return
  if (entry.source.file !== said.whole.file) return
  said.doubled.add(id)
  entries.set(id, refusedEntry(id, elementOf(said.whole, index), duplicateId(said, id, index)))
}

const takeElement = (said: Said, sink: Sink, { index, value, id, problem }: Element): void => {
  const { whole, first } = said
  if (typeof id !== 'string' || !isTenantId(id)) {
    if (problem !== undefined) return
    sink.tally.add(() => {
      const what = isObject(value) ? `id: ${wrongValue(id)}` : `expected an object, got ${show(value)}`
      const at = placeOf(elementOf(whole, index), ['id'])
      return { severity: 'error', at, message: `${what}, ignoring this entry` }
    })
  } else if (first.has(id)) refuseBoth(said, id, index, sink)
  else {
    first.set(id, index)
    if (sink.entries.has(id)) return
    const problems = problem === undefined ? NO_PROBLEMS : [problem]
    sink.entries.set(id, { id, source: elementOf(whole, index), value, problems })
  }
}

const NO_PROBLEMS: readonly Problem[] = []

/** All tenants in one file: `tenants.json`. */
export const readRegistryFile = (reader: Reader, file: string, sink: Sink): void => {
  const found = readTrusted(reader, file, LARGEST_REGISTRY)
  if (found === undefined) return
  if (isProblem(found)) {
    sink.tally.add(() => found)
    return
  }
  const text = jsonText(found)
  if (text.trim() === '') return
  const said: Said = { whole: { file, text, path: [] }, first: new Map(), doubled: new Set() }
  eachElement(said.whole, sink, (element) => takeElement(said, sink, element))
}
