import type { Reader, Writer } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { jsonText } from '../report/json-text.ts'

/** What each tenant was given on this host and keeps, `{"tenants": {ID: …}}`: network.json, storage.json. */

const LARGEST = 8 << 20

/**
 * By id. `lacks`: what is wrong with one that is not `isOne`, as `has no index`. Throws HostError when the file is there and
 * cannot be understood: guessing would give something twice.
 */
export const readStateFile = <T>(
  reader: Reader,
  path: string,
  isOne: (value: unknown) => value is T,
  lacks: string,
): ReadonlyMap<string, T> => {
  const found = reader.readFile(path, LARGEST)
  if (found === undefined) return new Map()
  let tenants: unknown
  try {
    tenants = (JSON.parse(jsonText(found)) as { tenants?: unknown }).tenants
  } catch {
    throw new HostError(path, 'is not valid JSON')
  }
  const entries = Object.entries((tenants ?? {}) as Record<string, unknown>)
  const bad = entries.find(([, one]) => !isOne(one))
  if (bad !== undefined) throw new HostError(path, `tenant '${bad[0]}' ${lacks}`)
  return new Map(entries as (readonly [string, T])[])
}

/** Sorted by id, in the place of the old one. */
export const writeStateFile = (host: Writer, path: string, given: ReadonlyMap<string, object>): void => {
  const tenants = Object.fromEntries([...given].sort(([a], [b]) => (a < b ? -1 : 1)))
  host.replaceFile(path, `${JSON.stringify({ tenants }, null, 2)}\n`, 0o644)
}
