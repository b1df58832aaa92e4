import { readConfig } from '../lib/config/config.ts'
import type { Host } from '../lib/host/host.ts'
import { bridgeName } from '../lib/layout/names.ts'
import { networkFile } from '../lib/layout/paths.ts'
import { NETWORK_FILE_SUFFIXES } from '../lib/network/files.ts'
import { releaseTenant } from '../lib/network/isolate.ts'
import { deleteInterface, hasInterface, reloadNetworkd, withNetwork } from '../lib/network/networkd.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'

const removeFiles = (host: Host, id: string): boolean => {
  const there = NETWORK_FILE_SUFFIXES.map((suffix) => networkFile(id, suffix)).filter(
    (path) => host.stat(path) !== undefined,
  )
  for (const path of there) host.remove(path)
  return there.length > 0
}

/**
 * teardown-tenant-network(8): takes away what setup-tenant-network made. Asks nothing of the registry: the entry may be
 * gone. The index stays the tenant's.
 */
export const teardownTenantNetwork = tenantProgram('teardown-tenant-network', (host, id) => {
  withNetwork(host, () => {
    // networkd lets go of an interface whose files are gone, it does not remove it; and it would make one anew whose files are there.
    if (removeFiles(host, id)) reloadNetworkd(host)
    const name = bridgeName(id)
    if (hasInterface(host, name)) deleteInterface(host, name)
    // Rules last: they are about the interface as long as it is there.
    releaseTenant(host, id, readConfig(host).value)
  })
  return 0
})
