import { readConfig } from '../lib/config/config.ts'
import type { Host } from '../lib/host/host.ts'
import { isolationFile, STATE_DIR } from '../lib/layout/paths.ts'
import { writeAllocation } from '../lib/network/allocation.ts'
import { applyPlan, checkPlan } from '../lib/network/apply.ts'
import { readPlan } from '../lib/network/current.ts'
import { isolateTenant, openTenant, releaseTenant } from '../lib/network/isolate.ts'
import { linksOf } from '../lib/network/isolation.ts'
import { waitForAddress, withNetwork } from '../lib/network/networkd.ts'
import type { NetworkPlan } from '../lib/network/plan.ts'
import { uplinkMtu } from '../lib/network/uplinks.ts'
import { logProblems } from '../lib/program/generator.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { tenantToRun } from '../lib/tenant/one.ts'
import type { Tenant } from '../lib/tenant/tenant.ts'

/** All of it or nothing. */
const setup = (host: Host, tenant: Tenant): NetworkPlan => {
  const { id } = tenant
  const { plan, numbers, allocation, isGiven, config } = readPlan(host, tenant, uplinkMtu(host, tenant))
  checkPlan(host, plan)
  // Written before it is used: whoever comes next sees it taken.
  if (!isGiven) writeAllocation(host, new Map([...allocation, [id, numbers]]))
  const isFirst = host.stat(isolationFile(id)) === undefined
  const links = linksOf(plan, config)
  // Rules first: an interface without them would be open to all.
  const around = isolateTenant(host, links, config)
  try {
    applyPlan(host, plan)
  } catch (thrown) {
    if (isFirst) releaseTenant(host, id, config)
    throw thrown
  }
  if (!openTenant(host, links, around))
    host.log(
      'warning',
      `IPv6 of tenant '${id}' stays on this host: its kernel forwards it for the whole host or not at all`,
    )
  return plan
}

/** setup-tenant-network(8): a tenant's network, by systemd-networkd. Safe to repeat; touches only what differs. */
export const setupTenantNetwork = tenantProgram('setup-tenant-network', (host, id) => {
  const tenant = tenantToRun(host, id)
  if (tenant.network.mode === 'none') return 0
  logProblems(host, '', readConfig(host).problems)
  host.makeDir(STATE_DIR)
  const { bridge, gateway } = withNetwork(host, () => setup(host, tenant))
  waitForAddress(host, bridge.name, gateway)
  return 0
})
