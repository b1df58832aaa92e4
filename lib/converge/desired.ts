import {
  healthTimer,
  isMachineUnit,
  mountPrefix,
  mountUnit,
  namespaceService,
  networkService,
  tenantService,
} from '../layout/names.ts'
import { boundRootfs, EXTENSION_CLASSES, imageClassDir, mergedDir } from '../layout/paths.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Rendered } from '../units/write.ts'

/** A mount as its unit file has it, with what systemd mounts: the text of [Mount]. */
export interface Mount {
  readonly unit: string
  readonly definition: string
}

/** The merged view of one class of extensions, and the mounts that it is made of. */
export interface Overlay extends Mount {
  /** The mount point. */
  readonly where: string
  readonly below: readonly Mount[]
  /** Whether what they all lie over is the tree of the infrastructure VM. */
  readonly overRootfs: boolean
}

/** What should run of a tenant that has its place on this host. */
export interface Desired {
  readonly id: string
  /** Without which there is no tenant, in the order in which they start. */
  readonly services: readonly string[]
  readonly overlays: readonly Overlay[]
  /** Units of VMs and containers. */
  readonly machines: readonly string[]
  /** What else is linked for the tenant: its network namespace, the timer of its health checks. */
  readonly companions: readonly string[]
  readonly hasNetwork: boolean
}

/** Units that a tenant may have or not. */
export const companionsOf = (id: string): readonly string[] => [namespaceService(id), healthTimer(id)]

/** Only what is mounted, and how: what stands above it may be said in other words by the next version. */
export const mountPart = (text: string): string => text.slice(text.indexOf('\n[Mount]\n') + 1)

/** A disk image, for which the host may lack something: its extension is left out then, tenant-layers(8). */
export const isOfDisk = ({ definition }: Mount): boolean => definition.includes('\nX-Image=')

const mountOf = (files: ReadonlyMap<string, Rendered>, unit: string): readonly Mount[] => {
  const text = files.get(unit)?.text
  return text === undefined ? [] : [{ unit, definition: mountPart(text) }]
}

/** From what both generators write for the tenant. */
export const desiredOf = ({ id, network }: Pick<Tenant, 'id' | 'network'>, rendered: readonly Rendered[]): Desired => {
  const files = new Map(rendered.map((file) => [file.path, file]))
  const bound = mountOf(files, mountUnit(boundRootfs(id)))
  const overlays = EXTENSION_CLASSES.flatMap((kind) => {
    const images = [...files.keys()].filter((unit) => unit.startsWith(mountPrefix(imageClassDir(id, kind))))
    const where = mergedDir(id, kind)
    return mountOf(files, mountUnit(where)).map((mount) => ({
      ...mount,
      where,
      overRootfs: bound.length > 0,
      below: [...bound, ...images.flatMap((unit) => mountOf(files, unit))],
    }))
  })
  const linked = rendered.filter(({ target }) => target !== undefined).map(({ path }) => path)
  return {
    id,
    services: [networkService(id), tenantService(id)],
    overlays,
    machines: linked.filter(isMachineUnit),
    companions: companionsOf(id).filter((unit) => linked.includes(unit)),
    hasNetwork: network.mode !== 'none',
  }
}
