import type { Reader, TextFile } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import { REGISTRY_SEARCH_PATH } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf, recoverList, syntaxProblem } from '../report/json-source.ts'
import { jsonText } from '../report/json-text.ts'
import { isObject, show } from '../report/json-value.ts'
import type { Problem } from '../report/problem.ts'
import { isProblem, wholeFile } from '../report/problem.ts'
import { distrust } from './trust.ts'

/** What the registry says of one id, before anybody has looked at whether it makes sense. */
export interface Entry {
  readonly id: string
  readonly source: JsonSource
  /** As JSON.parse gave it; undefined when it could not be read, and then `problems` says why. */
  readonly value: unknown
  /** Errors of the entry as such. With one, the tenant is refused. */
  readonly problems: readonly Problem[]
}

export interface Registry {
  /** One for each id, sorted by id. */
  readonly entries: readonly Entry[]
  /** Ids that an empty file or a link to /dev/null hides. */
  readonly masked: readonly string[]
  /** What belongs to no id. */
  readonly problems: readonly Problem[]
}

const LARGEST_REGISTRY = 32 << 20
const LARGEST_ENTRY = 1 << 20

type Sink = {
  readonly entries: Map<string, Entry | 'masked'>
  readonly problems: Problem[]
}

const error = (file: string, message: string, hint?: string): Problem => ({
  severity: 'error',
  at: wholeFile(file),
  message,
  ...(hint === undefined ? {} : { hint }),
})

const HINT_TRUST = (file: string): string => `chown root:root ${file} && chmod go-w ${file}`

/** Undefined when there is nothing; a problem when there is something that must not or cannot be read. */
const readTrusted = (reader: Reader, file: string, limit: number): TextFile | Problem | undefined =>
  orElse<TextFile | Problem | undefined>(
    () => {
      const found = reader.readFile(file, limit)
      const reason = found === undefined ? undefined : distrust(found.stat, reader.owner)
      return reason === undefined ? found : error(file, `${reason}, ignoring the file`, HINT_TRUST(file))
    },
    ({ reason }) => error(file, `${reason}, ignoring it`),
  )

const refusedEntry = (id: string, source: JsonSource, problem: Problem): Entry => ({
  id,
  source,
  value: undefined,
  problems: [problem],
})

/** One entry alone: `tenants.d/ID.json`. */
const readEntryFile = (reader: Reader, file: string, id: string): Entry | 'masked' => {
  const nothing: JsonSource = { file, text: '', path: [] }
  const found = readTrusted(reader, file, LARGEST_ENTRY)
  if (found === undefined) return refusedEntry(id, nothing, error(file, 'is a link that leads nowhere'))
  if (isProblem(found)) return refusedEntry(id, nothing, found)
  const text = jsonText(found)
  if (text === '') return 'masked'
  const source: JsonSource = { file, text, path: [] }
  try {
    return { id, source, value: JSON.parse(text) as unknown, problems: [] }
  } catch {
    return refusedEntry(id, source, syntaxProblem(file, text))
  }
}

const isMask = (reader: Reader, file: string): boolean => reader.readLink(file) === '/dev/null'

const readEntryDir = (reader: Reader, dir: string, sink: Sink): void => {
  const found = reader.readDir(dir)
  if (found === undefined) return
  const reason = distrust(found.stat, reader.owner)
  if (reason !== undefined) {
    sink.problems.push(error(dir, `${reason}, ignoring the directory`, HINT_TRUST(dir)))
    return
  }
  for (const { name, kind } of found.entries) {
    if (!name.endsWith('.json') || name.startsWith('.')) continue
    const id = name.slice(0, -'.json'.length)
    const file = `${dir}/${name}`
    if (!isTenantId(id)) {
      sink.problems.push(
        error(file, `'${id}' is no tenant id, ignoring the file`, `an id is made of ${TENANT_ID_WORDS}`),
      )
      continue
    }
    if (sink.entries.has(id)) continue
    const masked = kind === 'link' && isMask(reader, file)
    sink.entries.set(id, masked ? 'masked' : readEntryFile(reader, file, id))
  }
}

/** One element of `tenants`: its value, undefined when it could not be read and `problem` says why. */
type Take = (index: number, value: unknown, id: unknown, problem: Problem | undefined) => void

/** Calls `take` for the elements of `tenants`, as far as they can be had: what a syntax error leaves whole is kept. */
const eachElement = (file: string, text: string, sink: Sink, take: Take): void => {
  let top: unknown
  try {
    top = JSON.parse(text)
  } catch {
    const problem = syntaxProblem(file, text)
    sink.problems.push({ ...problem, message: `${problem.message}: tenants after this place may be missing` })
    for (const { index, value, id } of recoverList(text, 'tenants'))
      take(index, value, id, value === undefined ? problem : undefined)
    return
  }
  const source: JsonSource = { file, text, path: [] }
  const list = isObject(top) ? top.tenants : undefined
  if (!Array.isArray(list)) {
    sink.problems.push({
      severity: 'error',
      at: placeOf(source, ['tenants']),
      message: 'expected {"tenants": [ … ]}, ignoring the file',
    })
    return
  }
  for (const key of Object.keys(top as object)) {
    if (key === 'tenants' || key === '$schema') continue
    sink.problems.push({
      severity: 'error',
      at: placeOf(source, [key], 'key'),
      message: `unknown key '${key}', ignoring it`,
    })
  }
  let index = 0
  for (const value of list) {
    take(index, value, isObject(value) ? value.id : undefined, undefined)
    index += 1
  }
}

const wrongValue = (id: unknown): string =>
  id === undefined ? `missing, expected ${TENANT_ID_WORDS}` : `expected ${TENANT_ID_WORDS}, got ${show(id)}`

/** An id that is there before in the same file: neither entry is meant more than the other. */
const refuseBoth = (source: JsonSource, id: string, first: number, sink: Sink): void => {
  const { line, column } = placeOf({ ...source, path: ['tenants', first] }, ['id'])
  const duplicate: Problem = {
    severity: 'error',
    at: placeOf(source, ['id']),
    message: `id '${id}' is given twice, first at ${line}:${column}`,
  }
  const entry = sink.entries.get(id)
  if (entry !== undefined && entry !== 'masked' && entry.source.file === source.file) {
    sink.entries.set(id, refusedEntry(id, source, duplicate))
  }
}

/** All tenants in one file: `tenants.json`. */
const readRegistryFile = (reader: Reader, file: string, sink: Sink): void => {
  const found = readTrusted(reader, file, LARGEST_REGISTRY)
  if (found === undefined) return
  if (isProblem(found)) {
    sink.problems.push(found)
    return
  }
  const text = jsonText(found)
  if (text.trim() === '') return
  const here = new Map<string, number>()
  eachElement(file, text, sink, (index, value, id, problem) => {
    const source: JsonSource = { file, text, path: ['tenants', index] }
    if (typeof id !== 'string' || !isTenantId(id)) {
      if (problem !== undefined && value === undefined) return
      const what = isObject(value) ? `id: ${wrongValue(id)}` : `expected an object, got ${show(value)}`
      sink.problems.push({ severity: 'error', at: placeOf(source, ['id']), message: `${what}, ignoring this entry` })
      return
    }
    const first = here.get(id)
    if (first !== undefined) {
      refuseBoth(source, id, first, sink)
      return
    }
    here.set(id, index)
    if (sink.entries.has(id)) return
    sink.entries.set(id, { id, source, value, problems: problem === undefined ? NO_PROBLEMS : [problem] })
  })
}

const NO_PROBLEMS: readonly Problem[] = []

/** Every entry of the search path, first wins for each id. Nothing in one file hides what another says. */
export const readRegistry = (reader: Reader): Registry => {
  const sink: Sink = { entries: new Map(), problems: [] }
  for (const path of REGISTRY_SEARCH_PATH) {
    orElse(
      () => (path.endsWith('.json') ? readRegistryFile : readEntryDir)(reader, path, sink),
      (thrown) => {
        sink.problems.push(error(thrown.path, `${thrown.reason}, ignoring it`))
      },
    )
  }
  const entries: Entry[] = []
  const masked: string[] = []
  for (const id of [...sink.entries.keys()].sort()) {
    const entry = sink.entries.get(id) as Entry | 'masked'
    if (entry === 'masked') masked.push(id)
    else entries.push(entry)
  }
  return { entries, masked, problems: sink.problems }
}
