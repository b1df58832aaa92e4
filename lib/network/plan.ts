import type { Config } from '../config/config.ts'
import { HostError } from '../host/host.ts'
import {
  bridgeAlternativeName,
  bridgeName,
  INFRA_MACHINE,
  namespaceLinkName,
  namespaceName,
  portName,
  vlanName,
  vxlanName,
  wireguardName,
} from '../layout/names.ts'
import { wireguardKey } from '../layout/paths.ts'
import type { Disk } from '../tenant/disk.ts'
import { hasInfra } from '../tenant/memory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { bridgeAddress, formatAddress, type Ipv4Prefix, mostTenants, tenantPrefix } from './address.ts'
import { formatAddress6 } from './address6.ts'
import type { Numbers } from './allocation.ts'
import { formatHost, parseHost } from './prefix.ts'
import { checkPeers, type Peer } from './wireguard.ts'

/** Where a machine of the tenant's meets its bridge. */
export interface Port {
  /** The interface on the host, as systemd names it: `vt-web.acme`. */
  readonly name: string
  /** The machine without its tenant: `web`. */
  readonly machine: string
}

export interface WireguardPlan {
  readonly name: string
  /** `10.7.100.1/24` */
  readonly address: string
  readonly listenPort: number
  readonly keyFile: string
  readonly peers: readonly Peer[]
}

export interface VxlanPlan {
  readonly name: string
  readonly vni: number
  readonly uplink: string | undefined
  /** Where frames to everybody go: a multicast group, or else each of `remotes`. */
  readonly group: string | undefined
  readonly remotes: readonly string[]
  /** UDP. */
  readonly port: number
}

export interface VlanPlan {
  readonly name: string
  readonly id: number
  readonly uplink: string
}

export interface NamespacePlan {
  /** Below /run/netns. */
  readonly name: string
  /** The end of the pair that is on the bridge; the other one is `host0` in the namespace. */
  readonly hostSide: string
  /** `10.7.0.2/24` */
  readonly address: string
  /** `fd00:0:0:7::2/64` */
  readonly address6: string | undefined
}

/** All names, numbers and addresses of one tenant's network. Addresses are in their canonical spelling. */
export interface NetworkPlan {
  readonly id: string
  readonly index: number
  /** Everything of the tenant's lies in it, `10.7.0.0/16`. */
  readonly prefix: string
  /** `fd00:0:0:7::/64`; undefined without Pool6=. */
  readonly prefix6: string | undefined
  readonly bridge: {
    readonly name: string
    readonly alternativeName: string
    /** `10.7.0.1/24` */
    readonly address: string
    /** `fd00:0:0:7::1/64`; undefined without Pool6=, and then the bridge has no IPv6 at all. */
    readonly address6: string | undefined
  }
  /** The bridge's own address, without a length. */
  readonly gateway: string
  readonly gateway6: string | undefined
  /** What DHCP gives out: so many addresses, from that one of the bridge's prefix on. */
  readonly pool: { readonly offset: number; readonly size: number }
  /** Sorted by name. */
  readonly ports: readonly Port[]
  readonly wireguard: WireguardPlan | undefined
  readonly vxlan: VxlanPlan | undefined
  readonly vlan: VlanPlan | undefined
  readonly namespace: NamespacePlan | undefined
  /** Name servers that DHCP hands out, see dns.ts. */
  readonly dns: readonly string[]
  /** As it was written, `100M`; undefined: not limited. */
  readonly bandwidth: string | undefined
  /** Of the bridge and its guests, in bytes. */
  readonly mtu: number
}

/** RFC 7348, section 5. */
const VXLAN_PORT = 4789
/** What it adds to a frame: its own header, UDP, IP and the inner Ethernet header, in bytes. */
const VXLAN_OVERHEAD = { 4: 50, 6: 70 } as const

const ETHERNET_MTU = 1500

/** Which /24 of its prefix a tenant has for WireGuard, where there are so many. */
const WIREGUARD_NET = 100

/**
 * `10.n.100.1/24` where the prefix has so many /24s. A shorter one gives its last /24, and one that has no other than the
 * bridge's lends its last address: a tunnel needs no more to route through.
 */
const wireguardAddress = ({ base, bits }: Ipv4Prefix): string => {
  if (bits >= 24) return `${formatAddress(base + 2 ** (32 - bits) - 2)}/32`
  const last = 2 ** (24 - bits) - 1
  return `${formatAddress(base + Math.min(WIREGUARD_NET, last) * 256 + 1)}/24`
}

/** Addresses at the start of the bridge's prefix are for what has a fixed one, and the last is WireGuard's in a small prefix. */
const poolOf = (bits: number): NetworkPlan['pool'] => {
  const all = 2 ** (32 - bits)
  const offset = Math.min(16, all / 4)
  return { offset, size: all - offset - 2 }
}

/** The infrastructure VM's among them. Throws HostError when two get the same name. */
const portsOf = (tenant: Tenant, disk: Disk): readonly Port[] => {
  const { id } = tenant
  const ports = disk.machines.map(({ kind, name }): Port => ({ name: portName(kind, id, name), machine: name }))
  if (hasInfra(tenant, disk)) ports.push({ name: portName('vm', id, INFRA_MACHINE), machine: INFRA_MACHINE })
  ports.sort((a, b) => (a.name < b.name ? -1 : 1))
  const index = ports.findIndex(({ name }, at) => name === ports[at - 1]?.name)
  const [one, other] = [ports[index - 1], ports[index]]
  if (one !== undefined && other !== undefined)
    throw new HostError(
      `interface ${one.name}`,
      `systemd would give it to machine '${one.machine}' and to machine '${other.machine}', rename one of them`,
    )
  return ports
}

/** An own group for each number; 239.64 and not 239.0, whose Ethernet addresses are those of 224.0.0.0/24 and flooded. */
const groupOf = (vni: number): string => formatAddress(239 * 2 ** 24 + (vni ^ 0x400000))

const canonical = (addresses: readonly string[]): readonly string[] =>
  [...new Set(addresses.map((text) => formatHost(parseHost(text) as NonNullable<ReturnType<typeof parseHost>>)))].sort()

const planVxlan = ({ id, network }: Tenant, vni: number): VxlanPlan | undefined => {
  const wanted = network.vxlan
  if (wanted === undefined) return undefined
  const refuse = (reason: string): HostError => new HostError('network.vxlan', reason)
  const remotes = canonical(wanted.remotes ?? [])
  if (remotes.length > 0 && wanted.group !== undefined) throw refuse('expected a group or remotes, got both')
  if (remotes.length === 0 && wanted.uplink === undefined)
    throw refuse('expected an uplink for its multicast group, or remotes')
  if (new Set(remotes.map((text) => text.includes(':'))).size > 1)
    throw refuse('expected remotes of one family, got IPv4 and IPv6')
  const group = canonical([wanted.group ?? groupOf(vni)])[0]
  return {
    name: vxlanName(id),
    vni,
    uplink: wanted.uplink,
    group: remotes.length > 0 ? undefined : group,
    remotes,
    port: VXLAN_PORT,
  }
}

const isSix = ({ group, remotes }: VxlanPlan): boolean => (group ?? remotes[0] ?? '').includes(':')

/** The largest index, of which both pools have a prefix. Throws HostError when the prefixes are too long for any. */
export const mostIndexes = ({ pool, tenantPrefix: bits, pool6 }: Config): number => {
  const most = mostTenants(pool, bits)
  if (most === 0) throw new HostError('bitbuilder.conf', `TenantPrefix=${bits} is no longer than Pool=, no tenant fits`)
  return pool6 === undefined ? most : Math.min(most, 2 ** (64 - pool6.bits) - 1)
}

/** All that a tenant's network is, from its own numbers. Throws HostError with what cannot be. */
export const planNetwork = (tenant: Tenant, disk: Disk, config: Config, numbers: Numbers): NetworkPlan => {
  const { id, network } = tenant
  const own = tenantPrefix(config.pool, config.tenantPrefix, numbers.index)
  const bridge = bridgeAddress(own)
  const six = config.pool6 === undefined ? undefined : config.pool6.base + (BigInt(numbers.index) << 64n)
  const at6 = (host: bigint): string | undefined => (six === undefined ? undefined : formatAddress6(six + host))
  const with64 = (address: string | undefined): string | undefined =>
    address === undefined ? undefined : `${address}/64`
  const vxlan = planVxlan(tenant, numbers.vni ?? numbers.index)
  const uplinkMtu = numbers.mtu ?? ETHERNET_MTU
  return {
    id,
    index: numbers.index,
    prefix: `${formatAddress(own.base)}/${own.bits}`,
    prefix6: with64(at6(0n)),
    bridge: {
      name: bridgeName(id),
      alternativeName: bridgeAlternativeName(id),
      address: `${formatAddress(bridge.address)}/${bridge.bits}`,
      address6: with64(at6(1n)),
    },
    gateway: formatAddress(bridge.address),
    gateway6: at6(1n),
    pool: poolOf(bridge.bits),
    ports: portsOf(tenant, disk),
    wireguard:
      network.wireguard === undefined
        ? undefined
        : {
            name: wireguardName(id),
            address: wireguardAddress(own),
            listenPort: numbers.listenPort ?? 0,
            keyFile: wireguardKey(id),
            peers: checkPeers(network.wireguard.peers ?? [], own, config),
          },
    vxlan,
    vlan:
      network.vlan === undefined
        ? undefined
        : { name: vlanName(id), id: numbers.vlan ?? 0, uplink: network.vlan.uplink },
    namespace:
      network.namespace === true
        ? {
            name: namespaceName(id),
            hostSide: namespaceLinkName(id),
            address: `${formatAddress(own.base + 2)}/${bridge.bits}`,
            address6: with64(at6(2n)),
          }
        : undefined,
    dns: config.dns ?? [],
    bandwidth: network.bandwidth,
    mtu: vxlan === undefined ? uplinkMtu : uplinkMtu - VXLAN_OVERHEAD[isSix(vxlan) ? 6 : 4],
  }
}
