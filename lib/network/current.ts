import { type Config, readConfig } from '../config/config.ts'
import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { EMPTY_DISK, readDisk } from '../tenant/disk.ts'
import { isProvisioned } from '../tenant/one.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type Allocation, allocate, type Numbers, readAllocation, sameNumbers } from './allocation.ts'
import { changedFiles, wantedFiles } from './apply.ts'
import { busyUdpPorts } from './busy.ts'
import { nameServers } from './dns.ts'
import { isIsolated } from './isolate.ts'
import { linksOf } from './isolation.ts'
import { isLinkCurrent, stackedLinks } from './links.ts'
import { NO_PINS, pinsOf, pinsOfOthers } from './pins.ts'
import { mostIndexes, type NetworkPlan, planNetwork } from './plan.ts'
import { hasUplink } from './uplinks.ts'

export interface Planned {
  readonly plan: NetworkPlan
  readonly numbers: Numbers
  /** Before. */
  readonly allocation: Allocation
  /** Whether the numbers are the tenant's already, or what it would be given now. */
  readonly isGiven: boolean
  readonly config: Config
}

/**
 * The plan of a tenant whose network is private, as it would be made now. `mtu`: of its uplinks, when it was measured; else
 * what it was the last time counts. Throws HostError with what cannot be.
 */
export const readPlan = (reader: Reader, tenant: Tenant, mtu?: number): Planned => {
  const { id, network } = tenant
  const read = readConfig(reader).value
  const config = { ...read, dns: nameServers(reader, read) }
  const allocation = readAllocation(reader)
  const pins = pinsOf(network)
  const others = pinsOfOthers(reader, id)
  const isNew = network.wireguard !== undefined && allocation.get(id)?.listenPort === undefined
  const busy = isNew ? busyUdpPorts(reader).map((listenPort) => ({ ...NO_PINS, listenPort })) : []
  const wish = { id, pins, reserved: [...others, ...busy], most: mostIndexes(config) }
  const given = allocate(allocation, wish)
  const known = mtu ?? (hasUplink(tenant) ? allocation.get(id)?.mtu : undefined)
  const numbers = known === undefined ? given : { ...given, mtu: known }
  const disk = isProvisioned(reader, id) ? readDisk(reader, id).value : EMPTY_DISK
  const plan = planNetwork(tenant, disk, config, numbers)
  return { plan, numbers, allocation, isGiven: sameNumbers(allocation.get(id), numbers), config }
}

/**
 * Whether everything that setup-tenant-network would write is written. Only files are looked at: in a service without the
 * host's network its interfaces cannot be seen.
 */
export const isNetworkCurrent = (reader: Reader, tenant: Tenant): boolean => {
  if (tenant.network.mode === 'none') return changedFiles(reader, tenant.id, []).length === 0
  return orElse(
    () => {
      const { plan, isGiven, config } = readPlan(reader, tenant)
      if (!isGiven || !stackedLinks(plan).every((link) => isLinkCurrent(reader, link))) return false
      return (
        isIsolated(reader, linksOf(plan, config)) && changedFiles(reader, tenant.id, wantedFiles(plan)).length === 0
      )
    },
    () => false,
  )
}
