import { readConfig } from '../lib/config/config.ts'
import type { Host } from '../lib/host/host.ts'
import { HostError } from '../lib/host/host.ts'
import { bridgeName } from '../lib/layout/names.ts'
import { NETWORKD_DIR, STATE_DIR } from '../lib/layout/paths.ts'
import { mostTenants } from '../lib/network/address.ts'
import { allocate, readAllocation, writeAllocation } from '../lib/network/allocation.ts'
import { bridgeFiles, type NetworkFile } from '../lib/network/bridge-files.ts'
import {
  hasInterface,
  reloadNetworkd,
  reloadUdev,
  waitForAddress,
  waitForInterface,
  withNetwork,
} from '../lib/network/networkd.ts'
import { logProblems } from '../lib/program/generator.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { readRegistry } from '../lib/registry/registry.ts'
import { header } from '../lib/systemd/unit.ts'
import { tenantToRun } from '../lib/tenant/one.ts'
import type { Tenant } from '../lib/tenant/tenant.ts'

const LARGEST_FILE = 64 << 10

/** Only numbers are looked at: an entry with anything else wrong still keeps its index. */
const pinnedByOthers = (host: Host, id: string): ReadonlySet<number> =>
  new Set(
    readRegistry(host).entries.flatMap((entry) => {
      const index = (entry.value as { network?: { index?: unknown } } | null | undefined)?.network?.index
      return entry.id !== id && typeof index === 'number' ? [index] : []
    }),
  )

const indexOf = (host: Host, tenant: Tenant, most: number): number => {
  const allocation = readAllocation(host)
  const { id } = tenant
  const index = allocate(allocation, { id, pinned: tenant.network.index, reserved: pinnedByOthers(host, id), most })
  if (allocation.get(id) !== index) writeAllocation(host, new Map([...allocation, [id, index]]))
  return index
}

/** Whether anything had to be written: networkd reconfigures what has changed, and other tenants must not notice. */
const writeFiles = (host: Host, files: readonly NetworkFile[]): boolean => {
  host.makeDir(NETWORKD_DIR)
  const changed = files
    .map(({ path, text }) => ({ path, text: header('setup-tenant-network') + text }))
    .filter(({ path, text }) => host.readFile(path, LARGEST_FILE)?.text !== text)
  for (const { path, text } of changed) host.replaceFile(path, text, 0o644)
  return changed.length > 0
}

/** setup-tenant-network(8): a tenant's bridge, by systemd-networkd. Safe to repeat. */
export const setupTenantNetwork = tenantProgram('setup-tenant-network', (host, id) => {
  const tenant = tenantToRun(host, id)
  if (tenant.network.mode === 'none') return 0
  const { value: config, problems } = readConfig(host)
  logProblems(host, '', problems)
  const most = mostTenants(config.pool, config.tenantPrefix)
  if (most === 0) {
    throw new HostError(
      'bitbuilder.conf',
      `TenantPrefix=${config.tenantPrefix} is no longer than Pool=, no tenant fits`,
    )
  }
  host.makeDir(STATE_DIR)
  const name = bridgeName(id)
  withNetwork(host, () => {
    const index = indexOf(host, tenant, most)
    const changed = writeFiles(host, bridgeFiles(id, index, config))
    if (changed) reloadUdev(host)
    if (changed || !hasInterface(host, name)) reloadNetworkd(host)
    waitForInterface(host, name)
  })
  waitForAddress(host, name)
  return 0
})
