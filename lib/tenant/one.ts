import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import { tenantDir } from '../layout/paths.ts'
import type { Loaded } from './load.ts'
import { prepareLoad } from './load.ts'
import type { Tenant } from './tenant.ts'

/** Whether the tenant has a directory of its own. A link in its place is none: it could be another tenant's. */
export const isProvisioned = (reader: Reader, id: string): boolean => reader.stat(tenantDir(id))?.kind === 'directory'

/** What the registry says of one id; undefined when it says nothing. */
export const loadOne = (reader: Reader, id: string): Loaded | undefined => {
  const load = prepareLoad(reader, new Set(isProvisioned(reader, id) ? [id] : []))
  const entry = load.registry.entries.find((one) => one.id === id)
  return entry === undefined ? undefined : load.load(entry)
}

/** The tenant, when it may run here. Throws HostError, whose text says why not. */
export const tenantToRun = (reader: Reader, id: string): Tenant => {
  if (!isTenantId(id)) throw new HostError(`'${id}'`, `is no tenant id, which is made of ${TENANT_ID_WORDS}`)
  const loaded = loadOne(reader, id)
  if (loaded === undefined) throw new HostError(`tenant '${id}'`, 'is not in the registry')
  if (loaded.state === 'elsewhere') throw new HostError(`tenant '${id}'`, 'is placed on other hosts')
  if (loaded.state === 'refused') throw new HostError(`tenant '${id}'`, `is refused: bitbuilder verify ${id}`)
  return loaded.tenant
}
