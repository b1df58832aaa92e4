import type { Reader } from '../host/host.ts'
import { readRegistry } from '../registry/registry.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Pins } from './allocation.ts'

/** Of a tenant that asks for nothing. */
export const NO_PINS: Pins = {
  index: undefined,
  listenPort: undefined,
  vni: undefined,
  vlan: undefined,
  uplink: undefined,
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined

const numberOr = <T>(value: unknown, otherwise: T): number | T => (typeof value === 'number' ? value : otherwise)

/** What the value of `network` says of numbers, whatever else is wrong with it. */
export const pinsOf = (network: Tenant['network'] | unknown): Pins => {
  const at = (key: string, inner: string): number | null | undefined => {
    const value = own(network, key)
    return value === undefined ? undefined : numberOr(own(value, inner), null)
  }
  const uplink = own(own(network, 'vlan'), 'uplink')
  return {
    index: numberOr(own(network, 'index'), undefined),
    listenPort: at('wireguard', 'listenPort'),
    vni: at('vxlan', 'vni'),
    vlan: at('vlan', 'id'),
    uplink: typeof uplink === 'string' ? uplink : undefined,
  }
}

/** Of all other entries. Only numbers are looked at: an entry with anything else wrong still keeps its own. */
export const pinsOfOthers = (reader: Reader, id: string): readonly Pins[] =>
  readRegistry(reader)
    .entries.filter((entry) => entry.id !== id)
    .map(({ value }) => pinsOf(own(value, 'network')))
