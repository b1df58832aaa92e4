import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { OWN_REGISTRY_DIRS, REGISTRY_SEARCH_PATH } from '../layout/paths.ts'
import type { Entries } from '../registry/entry.ts'
import { readRegistryFile } from '../registry/registry-file.ts'
import { placeOf } from '../report/json-source.ts'
import { type Problem, wholeFile } from '../report/problem.ts'
import { tallyOf } from '../report/tally.ts'

/** Where an id is defined, as far as that is in force: a mask hides what comes after it in the search path. */
export interface Definitions {
  /** Files of its own, which can be removed. */
  readonly files: readonly string[]
  /** What somebody has to do by hand. */
  readonly others: readonly Problem[]
}

const isMask = (reader: Reader, file: string, kind: string): boolean =>
  kind === 'link' ? reader.readLink(file) === '/dev/null' : reader.stat(file)?.size === 0

const inVendor = (file: string, id: string): Problem => ({
  severity: 'error',
  at: wholeFile(file),
  message: `tenant '${id}' comes with a package`,
  hint: `mask it: ln -s /dev/null ${REGISTRY_SEARCH_PATH[0]}/${id}.json`,
})

const inFile = (reader: Reader, file: string, id: string): readonly Problem[] => {
  const entries: Entries = new Map()
  readRegistryFile(reader, file, { entries, tally: tallyOf(file) })
  const entry = entries.get(id)
  if (entry === undefined || entry === 'masked') return []
  return [
    {
      severity: 'error',
      at: placeOf(entry.source, []),
      message: `tenant '${id}' is defined here, in a file with others`,
      hint: `delete this object from the list "tenants", with the comma that parts it from the next; then bitbuilder remove ${id}`,
    },
  ]
}

const inDirectory = (reader: Reader, dir: string, id: string): string | 'masked' | undefined => {
  const file = `${dir}/${id}.json`
  const found = orElse(
    () => reader.stat(file),
    () => undefined,
  )
  if (found === undefined) return undefined
  return isMask(reader, file, found.kind) ? 'masked' : file
}

/** Every place that would define the tenant once those before it are gone. */
export const findDefinitions = (reader: Reader, id: string): Definitions => {
  const files: string[] = []
  const others: Problem[] = []
  for (const path of REGISTRY_SEARCH_PATH) {
    if (path.endsWith('.json')) {
      others.push(...inFile(reader, path, id))
      continue
    }
    const file = inDirectory(reader, path, id)
    if (file === 'masked') break
    if (file === undefined) continue
    if (OWN_REGISTRY_DIRS.includes(path)) files.push(file)
    else others.push(inVendor(file, id))
  }
  return { files, others }
}
