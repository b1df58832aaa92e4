import { readConfig } from '../lib/config/config.ts'
import { removeNetwork } from '../lib/network/apply.ts'
import { releaseTenant } from '../lib/network/isolate.ts'
import { withNetwork } from '../lib/network/networkd.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'

/**
 * teardown-tenant-network(8): takes away what setup-tenant-network made. Asks nothing of the registry: the entry may be
 * gone. The tenant keeps its numbers and its key.
 */
export const teardownTenantNetwork = tenantProgram('teardown-tenant-network', (host, id) => {
  withNetwork(host, () => {
    removeNetwork(host, id)
    // Rules last: they are about the interfaces as long as these are there.
    releaseTenant(host, id, readConfig(host).value)
  })
  return 0
})
