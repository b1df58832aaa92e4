import { type Config, readConfig } from '../lib/config/config.ts'
import type { Host } from '../lib/host/host.ts'
import { bridgeName } from '../lib/layout/names.ts'
import { NETWORKD_DIR, STATE_DIR } from '../lib/layout/paths.ts'
import { allocate, readAllocation, sameNumbers, writeAllocation } from '../lib/network/allocation.ts'
import { nameServers } from '../lib/network/dns.ts'
import { type NetworkFile, networkFiles } from '../lib/network/files.ts'
import { isolateTenant, openTenant } from '../lib/network/isolate.ts'
import { linksOf } from '../lib/network/isolation.ts'
import {
  hasInterface,
  reloadNetworkd,
  reloadUdev,
  waitForAddress,
  waitForInterface,
  withNetwork,
} from '../lib/network/networkd.ts'
import { pinsOf, pinsOfOthers } from '../lib/network/pins.ts'
import { mostIndexes, type NetworkPlan, planNetwork } from '../lib/network/plan.ts'
import { logProblems } from '../lib/program/generator.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { readDisk } from '../lib/tenant/disk.ts'
import { tenantToRun } from '../lib/tenant/one.ts'
import type { Tenant } from '../lib/tenant/tenant.ts'

const LARGEST_FILE = 64 << 10

/** The tenant's plan, with numbers given out where it had none. */
const planUnderLock = (host: Host, tenant: Tenant, config: Config): NetworkPlan => {
  const { id, network } = tenant
  const allocation = readAllocation(host)
  const most = mostIndexes(config)
  const numbers = allocate(allocation, { id, pins: pinsOf(network), reserved: pinsOfOthers(host, id), most })
  const dns = nameServers(host, config)
  const plan = planNetwork(tenant, readDisk(host, id).value, { ...config, dns }, numbers)
  if (!sameNumbers(allocation.get(id), numbers)) writeAllocation(host, new Map([...allocation, [id, numbers]]))
  return plan
}

/** Whether anything had to be written: networkd reconfigures what has changed, and other tenants must not notice. */
const writeFiles = (host: Host, files: readonly NetworkFile[]): boolean => {
  host.makeDir(NETWORKD_DIR)
  const changed = files.filter(({ path, text }) => host.readFile(path, LARGEST_FILE)?.text !== text)
  for (const { path, text } of changed) host.replaceFile(path, text, 0o644)
  return changed.length > 0
}

/** setup-tenant-network(8): a tenant's bridge, by systemd-networkd. Safe to repeat. */
export const setupTenantNetwork = tenantProgram('setup-tenant-network', (host, id) => {
  const tenant = tenantToRun(host, id)
  if (tenant.network.mode === 'none') return 0
  const { value: config, problems } = readConfig(host)
  logProblems(host, '', problems)
  host.makeDir(STATE_DIR)
  const name = bridgeName(id)
  withNetwork(host, () => {
    const { wireguard, vxlan, vlan, namespace, ...network } = tenant.network
    const plan = planUnderLock(host, { ...tenant, network }, config)
    const links = linksOf(plan, config)
    // Rules first: an interface without them would be open to all.
    const around = isolateTenant(host, links, config)
    const changed = writeFiles(host, networkFiles(plan))
    if (changed) reloadUdev(host)
    if (changed || !hasInterface(host, name)) reloadNetworkd(host)
    waitForInterface(host, name)
    if (!openTenant(host, links, around))
      host.log(
        'warning',
        `IPv6 of tenant '${id}' stays on this host: its kernel forwards it for the whole host or not at all`,
      )
  })
  waitForAddress(host, name)
  return 0
})
