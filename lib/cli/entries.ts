import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { readProvisioned } from '../tenant/disk.ts'
import { type Load, type Loaded, prepareLoad } from '../tenant/load.ts'

export interface Entries {
  readonly load: Load
  readonly provisioned: ReadonlySet<string>
  /** Sorted by id. */
  readonly loaded: readonly Loaded[]
}

/** Every entry of the registry, looked at. */
export const loadEntries = (host: Host): Entries => {
  const provisioned = readProvisioned(host).value ?? new Set<string>()
  const load = prepareLoad(host, provisioned)
  return { load, provisioned, loaded: load.registry.entries.map((entry) => load.load(entry)) }
}

/** Throws HostError, whose text says what to look at. */
export const findEntry = ({ loaded, load }: Entries, id: string): Loaded => {
  const found = loaded.find((one) => one.id === id)
  if (found !== undefined) return found
  throw new HostError(
    `tenant '${id}'`,
    load.registry.masked.includes(id) ? 'is masked' : 'is not in the registry: bitbuilder list',
  )
}
