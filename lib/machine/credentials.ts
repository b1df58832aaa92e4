import { readConfig } from '../config/config.ts'
import type { Reader } from '../host/host.ts'
import { readAllocation } from '../network/allocation.ts'
import { nameServers } from '../network/dns.ts'
import { planNetwork } from '../network/plan.ts'
import { EMPTY_DISK } from '../tenant/disk.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { MachinePlace } from './place.ts'
import { repositoryCredentials } from './repository-credentials.ts'
import { readScript, scriptCredentials } from './script.ts'

/** What a VM's network needs to be up, unless its tree says otherwise: a file of its own sorts before this one. */
const GUEST_NETWORK = `[Match]
Type=ether

[Network]
DHCP=yes
`

const networkCredentials = (reader: Reader, tenant: Tenant): Readonly<Record<string, string>> => {
  const numbers = readAllocation(reader).get(tenant.id)
  if (tenant.network.mode === 'none' || numbers === undefined) return {}
  const config = readConfig(reader).value
  const { gateway, gateway6, bridge } = planNetwork(tenant, EMPTY_DISK, config, numbers)
  const dns = nameServers(reader, config)
  return {
    'tenant.gateway': gateway,
    'tenant.network': bridge.address,
    ...(gateway6 === undefined ? {} : { 'tenant.gateway6': gateway6 }),
    ...(dns.length === 0 ? {} : { 'tenant.dns': dns.join(' ') }),
  }
}

/** What a machine is told of itself, by name. Nothing of the host's is in there but addresses, and who may sign for the tenant. */
export const machineCredentials = (
  reader: Reader,
  tenant: Tenant,
  place: MachinePlace,
): Readonly<Record<string, string>> => {
  const isVm = place.kind !== 'container' && tenant.network.mode !== 'none'
  return {
    'tenant.id': tenant.id,
    'tenant.machine': place.name,
    ...(tenant.description === undefined ? {} : { 'tenant.description': tenant.description }),
    ...networkCredentials(reader, tenant),
    ...(place.kind === 'infra' ? repositoryCredentials(reader, tenant) : {}),
    ...(isVm ? { 'network.network.80-tenant': GUEST_NETWORK } : {}),
    ...scriptCredentials(readScript(reader, place)),
  }
}
