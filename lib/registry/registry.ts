import type { Reader, TextFile } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import { REGISTRY_SEARCH_PATH } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf, recoverList, syntaxProblem } from '../report/json-source.ts'
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
  if (found.text === '') return 'masked'
  const source: JsonSource = { file, text: found.text, path: [] }
  try {
    return { id, source, value: JSON.parse(found.text) as unknown, problems: [] }
  } catch {
    return refusedEntry(id, source, syntaxProblem(file, found.text))
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

interface Element {
  readonly index: number
  readonly value: unknown
  readonly id: unknown
  readonly problem?: Problem
}

/** The elements of `tenants`, as far as they can be had: what a syntax error leaves whole is kept. */
const readElements = (file: string, text: string, sink: Sink): readonly Element[] => {
  let top: unknown
  try {
    top = JSON.parse(text)
  } catch {
    const problem = syntaxProblem(file, text)
    const recovered = recoverList(text, 'tenants')
    sink.problems.push({ ...problem, message: `${problem.message}: tenants after this place may be missing` })
    return recovered.map(({ index, value, id }) => ({ index, value, id, ...(value === undefined ? { problem } : {}) }))
  }
  const source: JsonSource = { file, text, path: [] }
  const list = isObject(top) ? top.tenants : undefined
  if (!Array.isArray(list)) {
    sink.problems.push({
      severity: 'error',
      at: placeOf(source, ['tenants']),
      message: 'expected {"tenants": [ … ]}, ignoring the file',
    })
    return []
  }
  for (const key of Object.keys(top as object)) {
    if (key === 'tenants' || key === '$schema') continue
    sink.problems.push({
      severity: 'error',
      at: placeOf(source, [key], 'key'),
      message: `unknown key '${key}', ignoring it`,
    })
  }
  return list.map((value: unknown, index) => ({ index, value, id: isObject(value) ? value.id : undefined }))
}

const wrongValue = (id: unknown): string =>
  id === undefined ? `missing, expected ${TENANT_ID_WORDS}` : `expected ${TENANT_ID_WORDS}, got ${show(id)}`

/** All tenants in one file: `tenants.json`. */
const readRegistryFile = (reader: Reader, file: string, sink: Sink): void => {
  const found = readTrusted(reader, file, LARGEST_REGISTRY)
  if (found === undefined) return
  if (isProblem(found)) {
    sink.problems.push(found)
    return
  }
  if (found.text.trim() === '') return
  const here = new Map<string, number>()
  for (const { index, value, id, problem } of readElements(file, found.text, sink)) {
    const source: JsonSource = { file, text: found.text, path: ['tenants', index] }
    if (typeof id !== 'string' || !isTenantId(id)) {
      if (problem !== undefined && value === undefined) continue
      const what = isObject(value) ? `id: ${wrongValue(id)}` : `expected an object, got ${show(value)}`
      sink.problems.push({ severity: 'error', at: placeOf(source, ['id']), message: `${what}, ignoring this entry` })
      continue
    }
    const first = here.get(id)
    if (first !== undefined) {
      const at = placeOf(source, ['id'])
      const { line, column } = placeOf({ ...source, path: ['tenants', first] }, ['id'])
      const duplicate: Problem = {
        severity: 'error',
        at,
        message: `id '${id}' is given twice, first at ${line}:${column}`,
      }
      if (sink.entries.get(id) !== 'masked' && (sink.entries.get(id) as Entry).source.file === file) {
        sink.entries.set(id, refusedEntry(id, source, duplicate))
      }
      continue
    }
    here.set(id, index)
    if (sink.entries.has(id)) continue
    sink.entries.set(id, { id, source, value, problems: problem === undefined ? [] : [problem] })
  }
}

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
  const ids = [...sink.entries.keys()].sort()
  const entries = ids.map((id) => sink.entries.get(id)).filter((entry) => entry !== 'masked' && entry !== undefined)
  return {
    entries: entries as Entry[],
    masked: ids.filter((id) => sink.entries.get(id) === 'masked'),
    problems: sink.problems,
  }
}
