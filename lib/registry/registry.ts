import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import { REGISTRY_SEARCH_PATH } from '../layout/paths.ts'
import { append } from '../report/append.ts'
import type { JsonSource } from '../report/json-source.ts'
import { syntaxProblem } from '../report/json-source.ts'
import { jsonText } from '../report/json-text.ts'
import type { Problem } from '../report/problem.ts'
import { isProblem } from '../report/problem.ts'
import { tallyOf } from '../report/tally.ts'
import { type Entries, type Entry, error, HINT_TRUST, readTrusted, refusedEntry, type Sink } from './entry.ts'
import { readRegistryFile } from './registry-file.ts'
import { distrust } from './trust.ts'

export type { Entry } from './entry.ts'

export interface Registry {
  /** One for each id, sorted by id. */
  readonly entries: readonly Entry[]
  /** Ids that an empty file or a link to /dev/null hides. */
  readonly masked: readonly string[]
  /** What belongs to no id. */
  readonly problems: readonly Problem[]
}

const LARGEST_ENTRY = 1 << 20

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
    sink.tally.add(() => error(dir, `${reason}, ignoring the directory`, HINT_TRUST(dir)))
    return
  }
  for (const { name, kind } of found.entries) {
    if (!name.endsWith('.json') || name.startsWith('.')) continue
    const id = name.slice(0, -'.json'.length)
    const file = `${dir}/${name}`
    if (!isTenantId(id)) {
      sink.tally.add(() =>
        error(file, `'${id}' is no tenant id, ignoring the file`, `an id is made of ${TENANT_ID_WORDS}`),
      )
      continue
    }
    if (sink.entries.has(id)) continue
    const masked = kind === 'link' && isMask(reader, file)
    sink.entries.set(id, masked ? 'masked' : readEntryFile(reader, file, id))
  }
}

/** Every entry of the search path, first wins for each id. Nothing in one file hides what another says. */
export const readRegistry = (reader: Reader): Registry => {
  const found: Entries = new Map()
  const problems: Problem[] = []
  for (const path of REGISTRY_SEARCH_PATH) {
    const sink: Sink = { entries: found, tally: tallyOf(path) }
    orElse(
      () => (path.endsWith('.json') ? readRegistryFile : readEntryDir)(reader, path, sink),
      (thrown) => {
        sink.tally.add(() => error(thrown.path, `${thrown.reason}, ignoring it`))
      },
    )
    append(problems, sink.tally.problems())
  }
  const entries: Entry[] = []
  const masked: string[] = []
  for (const id of [...found.keys()].sort()) {
    const entry = found.get(id) as Entry | 'masked'
    if (entry === 'masked') masked.push(id)
    else entries.push(entry)
  }
  return { entries, masked, problems }
}
