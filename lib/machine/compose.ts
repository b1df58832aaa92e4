import type { Host, Reader } from '../host/host.ts'
import { readMounts } from '../host/mounts.ts'
import { requireDirectory } from '../host/require-directory.ts'
import { type ExtensionClass, HIERARCHY, machineOverDir, mergedDir } from '../layout/paths.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { entriesInside } from './inside.ts'
import type { MachinePlace } from './place.ts'

/**
 * What lies over the tree of an infrastructure VM: the merged view of its extensions, or the host's /usr where the tree has
 * none. The unit binds it in a mount namespace of its own, where read-only is the kernel's word: the guest's root can
 * remount only its own side.
 */

const overlaidBy = (
  reader: Reader,
  { id, extensions }: Tenant,
  tree: string,
  kind: ExtensionClass,
): string | undefined => {
  const merged = mergedDir(id, kind)
  if (readMounts(reader).some(({ mountPoint }) => mountPoint === merged)) return merged
  const isBare = kind === 'sysext' && extensions.base === 'host' && entriesInside(reader, tree, 'usr').length === 0
  return isBare ? '/usr' : undefined
}

/** Makes the links that tenant-infra@.service binds. Throws HostError where the guest has put something else in the place. */
export const composeInfra = (host: Host, tenant: Tenant, { machine, path }: MachinePlace): void => {
  const links = machineOverDir(machine)
  host.makeDirMode(links, 0o700)
  for (const kind of ['sysext', 'confext'] as const) {
    const directory = `${path}/${HIERARCHY[kind]}`
    const over = overlaidBy(host, tenant, path, kind)
    if (over === undefined) continue
    requireDirectory(host, directory)
    host.makeDir(directory)
    host.symlink(over, `${links}/${HIERARCHY[kind]}`)
  }
}
