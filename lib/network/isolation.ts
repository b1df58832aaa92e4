import type { Config } from '../config/config.ts'
import { parseSize } from '../tenant/values.ts'
import { addElements, quoted, TABLE } from './isolation-rules.ts'
import type { NetworkPlan } from './plan.ts'
import { formatPrefix, isWithin, parseAnyPrefix } from './prefix.ts'

/** What the rules have to know of a tenant. */
export interface TenantLinks {
  readonly id: string
  /** Where packets of the tenant come to the host to be routed: its bridge, its WireGuard interface. */
  readonly interfaces: readonly string[]
  /** The host's own addresses on these, IPv4 or IPv6. */
  readonly gateways: readonly { readonly interface: string; readonly address: string }[]
  /** What a packet's source may be. */
  readonly prefixes: readonly { readonly interface: string; readonly prefix: string }[]
  /** Whether it may reach what is not on this host. */
  readonly outside: boolean
  /** Bits per second that it may send; undefined is no limit. */
  readonly bandwidth?: number | undefined
}

const withoutLength = (address: string): string => address.split('/')[0] as string

/** Without those that lie in another one: the set takes none twice. */
const outermost = (texts: readonly string[]): readonly string[] => {
  const all = texts.flatMap((text) => parseAnyPrefix(text) ?? [])
  return all
    .filter(
      (one, at) =>
        !all.some((other, index) => index !== at && isWithin(one, other) && (one.bits > other.bits || index < at)),
    )
    .map(formatPrefix)
}

/** Of all that is routed: ports of the bridge, VLAN and VXLAN among them, are the bridge's own business. */
export const linksOf = (plan: NetworkPlan, { outside }: Config): TenantLinks => {
  const { id, bridge, wireguard, bandwidth } = plan
  const interfaces = wireguard === undefined ? [bridge.name] : [bridge.name, wireguard.name]
  const own = [plan.prefix, ...(plan.prefix6 === undefined ? [] : [plan.prefix6])]
  const addresses = [bridge.address, ...(bridge.address6 === undefined ? [] : [bridge.address6])]
  const behind = wireguard?.peers.flatMap(({ allowedIps }) => allowedIps) ?? []
  return {
    id,
    interfaces,
    gateways: [
      ...addresses.map((address) => ({ interface: bridge.name, address: withoutLength(address) })),
      ...(wireguard === undefined ? [] : [{ interface: wireguard.name, address: withoutLength(wireguard.address) }]),
    ],
    prefixes: [
      ...own.map((prefix) => ({ interface: bridge.name, prefix })),
      ...(wireguard === undefined ? [] : outermost(behind).map((prefix) => ({ interface: wireguard.name, prefix }))),
    ],
    outside: outside?.length !== 0,
    bandwidth: bandwidth === undefined ? undefined : parseSize(bandwidth),
  }
}

/**
 * A packet may be that large before the network card cuts it up, and one that is larger than the bucket never passes. The
 * kernel adds the bytes of a whole second to it, nft_limit.c: more is not needed for TCP to get near the rate.
 */
const BURST = 64 << 10

/** `t_` keeps it apart from the words of nft, which an id may be, and from numbers, which may start one. */
const limitName = (id: string): string => `t_${id}`

const limit = (id: string, bandwidth: number): string => {
  const rate = Math.max(1, Math.floor(bandwidth / 8))
  return `add limit ${TABLE} ${limitName(id)} { rate over ${rate} bytes/second burst ${BURST} bytes ; }\n`
}

const ofFamily = (six: boolean, pairs: readonly (readonly [string, string])[]): readonly string[] =>
  pairs.filter(([, address]) => address.includes(':') === six).map(([name, address]) => `${quoted(name)} . ${address}`)

/** The tenant's fragment: what stands in the sets of the table because of it. */
export const tenantElements = ({ id, interfaces, gateways, prefixes, outside, bandwidth }: TenantLinks): string => {
  const names = interfaces.map(quoted)
  const addresses = gateways.map((one) => [one.interface, one.address] as const)
  const sources = prefixes.map((one) => [one.interface, one.prefix] as const)
  const limited = bandwidth === undefined ? [] : names.map((name) => `${name} : ${quoted(limitName(id))}`)
  return (
    (bandwidth === undefined ? '' : limit(id, bandwidth)) +
    addElements('interfaces', names) +
    addElements(
      'pairs',
      names.flatMap((from) => names.map((to) => `${from} . ${to}`)),
    ) +
    addElements('outside', outside ? names : []) +
    addElements('gateways', ofFamily(false, addresses)) +
    addElements('gateways6', ofFamily(true, addresses)) +
    addElements('prefixes', ofFamily(false, sources)) +
    addElements('prefixes6', ofFamily(true, sources)) +
    addElements('bandwidths', limited)
  )
}

/** Takes a fragment away again, the last line first: a map's elements point at limits. No error where something is not there. */
export const withoutElements = (fragment: string): string =>
  fragment
    .split('\n')
    .reverse()
    .map((line) => line.replace(/^add limit (.*?) \{.*$/, 'destroy limit $1').replace(/^add /, 'destroy '))
    .map((line) => (line === '' ? '' : `${line}\n`))
    .join('')

/** Whether a fragment lets its tenant out, and whether with IPv6. */
export const goesOutside = (fragment: string): boolean => fragment.includes(` ${TABLE} outside `)
export const hasIpv6 = (fragment: string): boolean => fragment.includes(` ${TABLE} prefixes6 `)
