import { HostError } from '../host/host.ts'
import { INFRA_MACHINE, type MachineKind, machineName } from '../layout/names.ts'
import { rootfs, tenantDir } from '../layout/paths.ts'
import type { Disk, Machine } from '../tenant/disk.ts'
import type { Infra, Tenant } from '../tenant/tenant.ts'

export type PlaceKind = MachineKind | 'infra'

/** Where the parts of a machine are. */
export interface MachinePlace {
  readonly kind: PlaceKind
  readonly id: string
  /** Among the tenant's machines: `web`. */
  readonly name: string
  /** machined's name for it. */
  readonly machine: string
  /** Its tree or its disk image. */
  readonly path: string
  readonly form: 'directory' | 'image'
  /** The directory with its tree and the marks beside it: infra, machines, containers. */
  readonly home: string
  /** The tree's name in there. */
  readonly entry: string
  /** Its directory in the repository. */
  readonly source: string
}

const HOMES = { infra: 'infra', vm: 'machines', container: 'containers' } as const

export const infraPlace = (id: string): MachinePlace => ({
  kind: 'infra',
  id,
  name: INFRA_MACHINE,
  machine: machineName(id, INFRA_MACHINE),
  path: rootfs(id),
  form: 'directory',
  home: HOMES.infra,
  entry: 'rootfs',
  source: 'infrastructure',
})

/** What is said of its size: in the registry of the infrastructure VM, in its metadata of another machine. */
export const sizeOf = ({ kind, name }: MachinePlace, { infra }: Tenant, disk: Disk): Machine | Infra | undefined =>
  kind === 'infra' ? infra : disk.machines.find((one) => one.kind === kind && one.name === name)

/** Throws HostError where the tenant has no such machine. */
export const findPlace = (id: string, kind: PlaceKind, name: string, disk: Disk): MachinePlace => {
  if (kind === 'infra' && name === INFRA_MACHINE) return infraPlace(id)
  const home = HOMES[kind]
  const found = disk.machines.find((one) => one.kind === kind && one.name === name)
  if (found === undefined) throw new HostError(`${tenantDir(id)}/${home}/${name}`, 'is no machine of the tenant')
  const { path, form } = found
  const entry = path.slice(path.lastIndexOf('/') + 1)
  return { kind, id, name, machine: machineName(id, name), path, form, home, entry, source: `${home}/${name}` }
}
