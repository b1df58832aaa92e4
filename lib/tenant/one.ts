import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { tenantDir } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import type { Problem } from '../report/problem.ts'
import type { Loaded } from './load.ts'
import { prepareLoad } from './load.ts'
import type { Tenant } from './tenant.ts'

/** Whether the tenant has a directory of its own. A link in its place is none: it could be another tenant's. */
export const isProvisioned = (reader: Reader, id: string): boolean => reader.stat(tenantDir(id))?.kind === 'directory'

export interface One {
  /** What the registry says of the id; undefined when it says nothing. */
  readonly loaded: Loaded | undefined
  /** What is wrong with the registry itself. */
  readonly problems: readonly Problem[]
}

export const loadOne = (reader: Reader, id: string): One => {
  const { registry, load } = prepareLoad(reader, new Set(isProvisioned(reader, id) ? [id] : []))
  const entry = registry.entries.find((one) => one.id === id)
  return { loaded: entry === undefined ? undefined : load(entry), problems: registry.problems }
}

type Here = Extract<Loaded, { state: 'here' }>

/** Throws HostError, whose text says why it may not run here. */
const requireHere = (id: string, loaded: Loaded | undefined): Here => {
  if (loaded === undefined) throw new HostError(`tenant '${id}'`, 'is not in the registry')
  if (loaded.state === 'elsewhere') throw new HostError(`tenant '${id}'`, 'is placed on other hosts')
  if (loaded.state === 'refused') throw new HostError(`tenant '${id}'`, `is refused: bitbuilder verify ${id}`)
  return loaded
}

/** The tenant, when it may run here. Throws HostError, whose text says why not. */
export const tenantToRun = (reader: Reader, id: string): Tenant => requireHere(id, loadOne(reader, id).loaded).tenant

/**
 * The same as far as the registry knows: what the tenant's own metadata says does not count, since that is about to be
 * replaced. With where the entry stands.
 */
export const tenantToProvision = (
  reader: Reader,
  id: string,
): { readonly tenant: Tenant; readonly source: JsonSource } => {
  const { registry, load } = prepareLoad(reader, new Set())
  const entry = registry.entries.find((one) => one.id === id)
  const { tenant } = requireHere(id, entry === undefined ? undefined : load(entry))
  return { tenant, source: (entry as { source: JsonSource }).source }
}
