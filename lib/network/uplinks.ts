import type { Reader } from '../host/host.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { readInterface } from './networkd.ts'

/** Guests have no more, whatever an uplink could. */
const ETHERNET_MTU = 1500
/** What IPv6 needs, RFC 8200, section 5. */
const SMALLEST_MTU = 1280

const mtuOf = (reader: Reader, name: string): number => {
  const text = readInterface(reader, name, 'mtu')
  return text !== undefined && /^[0-9]{1,6}$/.test(text) ? Number(text) : ETHERNET_MTU
}

const uplinksOf = ({ network }: Tenant): readonly string[] =>
  [network.vxlan?.uplink, network.vlan?.uplink].flatMap((name) => name ?? [])

export const hasUplink = (tenant: Tenant): boolean => uplinksOf(tenant).length > 0

/** The largest packet that all uplinks of the tenant carry, in bytes; undefined without an uplink. */
export const uplinkMtu = (reader: Reader, tenant: Tenant): number | undefined => {
  const uplinks = uplinksOf(tenant)
  if (uplinks.length === 0) return undefined
  return Math.max(SMALLEST_MTU, Math.min(ETHERNET_MTU, ...uplinks.map((name) => mtuOf(reader, name))))
}
