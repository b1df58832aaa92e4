import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { NETWORK_STATE, wireguardPublicKey } from '../layout/paths.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { formatAddress } from './address.ts'
import type { Planned } from './current.ts'
import { hasInterface, readInterface } from './networkd.ts'
import type { NetworkPlan } from './plan.ts'
import { parseHost } from './prefix.ts'

/** One name, number or address, and why it is what it is. */
export interface Fact {
  readonly what: string
  readonly value: string
  /** The key of the registry, the setting or the file that it comes from, or what it is made of. */
  readonly from: string
  /** Of an interface; undefined for everything else. */
  readonly state?: LinkState
}

/** `absent`: not there; `down`: there, and not in use; then whether something is at its other end. */
export type LinkState = 'absent' | 'down' | 'no carrier' | 'up'

const LARGEST = 256

/** The kernel answers for an interface that is not down only. */
const stateOf = (reader: Reader, name: string): LinkState => {
  if (!hasInterface(reader, name)) return 'absent'
  const carrier = readInterface(reader, name, 'carrier')
  return carrier === undefined ? 'down' : carrier === '1' ? 'up' : 'no carrier'
}

/** Undefined as long as there is no key. */
export const readPublicKey = (reader: Reader, id: string): string | undefined =>
  orElse(
    () => reader.readFile(wireguardPublicKey(id), LARGEST)?.text.trim(),
    () => undefined,
  )

const poolRange = ({ gateway, pool }: NetworkPlan): string => {
  const first = Number(parseHost(gateway)?.base ?? 0n) - 1 + pool.offset
  return `${formatAddress(first)} to ${formatAddress(first + pool.size - 1)}`
}

const listed = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.join(' '))

const ofBridge = (reader: Reader, plan: NetworkPlan): readonly Fact[] => {
  const { bridge, dns, mtu, bandwidth } = plan
  const six = bridge.address6
  return [
    { what: 'Bridge', value: bridge.name, from: 'the id', state: stateOf(reader, bridge.name) },
    { what: '  also called', value: bridge.alternativeName, from: 'the id' },
    { what: '  gateway', value: bridge.address, from: 'the first address of the prefix' },
    ...(six === undefined
      ? []
      : [{ what: '  IPv6 gateway', value: six, from: 'the first address of the IPv6 prefix' }]),
    { what: '  by DHCP', value: poolRange(plan), from: 'the prefix, but for fixed addresses' },
    { what: '  name servers', value: listed(dns), from: "DNS= of bitbuilder.conf, else the host's" },
    {
      what: '  packets',
      value: `${mtu} bytes`,
      from: plan.vxlan === undefined ? 'Ethernet, or its uplink' : 'what VXLAN leaves',
    },
    ...(bandwidth === undefined ? [] : [{ what: '  bandwidth', value: bandwidth, from: 'network.bandwidth' }]),
  ]
}

/** Which of two says a number: the registry, where it pins one, or what was given out. */
type Origin = (key: string, pinned: unknown) => string

const ofWireguard = (
  reader: Reader,
  { id, wireguard }: NetworkPlan,
  { network }: Tenant,
  origin: Origin,
): readonly Fact[] => {
  if (wireguard === undefined) return []
  const { name, address, listenPort, keyFile, peers } = wireguard
  return [
    { what: 'WireGuard', value: name, from: 'network.wireguard', state: stateOf(reader, name) },
    { what: '  address', value: address, from: 'the prefix' },
    {
      what: '  UDP port',
      value: String(listenPort),
      from: origin('network.wireguard.listenPort', network.wireguard?.listenPort),
    },
    { what: '  public key', value: readPublicKey(reader, id) ?? 'made at the first start', from: keyFile },
    ...peers.flatMap(({ publicKey, endpoint, allowedIps }, index) => [
      { what: '  peer', value: publicKey, from: `network.wireguard.peers[${index}]` },
      { what: '    at', value: endpoint ?? 'wherever it calls from', from: 'endpoint' },
      { what: '    has', value: listed(allowedIps), from: 'allowedIps' },
    ]),
  ]
}

const ofVxlan = (reader: Reader, { vxlan }: NetworkPlan, { network }: Tenant, origin: Origin): readonly Fact[] => {
  if (vxlan === undefined) return []
  const { name, vni, uplink, group, remotes, port } = vxlan
  const to =
    group === undefined
      ? { what: '  remotes', value: listed(remotes), from: 'network.vxlan.remotes' }
      : { what: '  group', value: group, from: network.vxlan?.group === undefined ? 'the VNI' : 'network.vxlan.group' }
  return [
    { what: 'VXLAN', value: name, from: 'network.vxlan', state: stateOf(reader, name) },
    { what: '  VNI', value: String(vni), from: origin('network.vxlan.vni', network.vxlan?.vni) },
    ...(uplink === undefined
      ? []
      : [{ what: '  uplink', value: uplink, from: 'network.vxlan.uplink', state: stateOf(reader, uplink) }]),
    to,
    { what: '  UDP port', value: String(port), from: 'RFC 7348' },
  ]
}

const ofVlan = (reader: Reader, { vlan }: NetworkPlan, { network }: Tenant, origin: Origin): readonly Fact[] => {
  if (vlan === undefined) return []
  const { name, id, uplink } = vlan
  return [
    { what: 'VLAN', value: name, from: 'network.vlan', state: stateOf(reader, name) },
    { what: '  id', value: String(id), from: origin('network.vlan.id', network.vlan?.id) },
    { what: '  uplink', value: uplink, from: 'network.vlan.uplink', state: stateOf(reader, uplink) },
  ]
}

const ofNamespace = (reader: Reader, { namespace }: NetworkPlan): readonly Fact[] => {
  if (namespace === undefined) return []
  const { name, hostSide, address, address6 } = namespace
  const six = address6 === undefined ? [] : [{ what: '  IPv6 address', value: address6, from: 'the IPv6 prefix' }]
  return [
    { what: 'Namespace', value: `/run/netns/${name}`, from: 'network.namespace' },
    { what: '  interface', value: hostSide, from: 'the id', state: stateOf(reader, hostSide) },
    { what: '  address', value: address, from: 'the second address of the prefix' },
    ...six,
  ]
}

/** Everything about a tenant's network, as it would be made now, and what there is of it. */
export const explainNetwork = (reader: Reader, tenant: Tenant, { plan, isGiven }: Planned): readonly Fact[] => {
  const { index, prefix, prefix6, ports } = plan
  const given = isGiven ? NETWORK_STATE : 'given out at the next start'
  const origin: Origin = (key, pinned) => (pinned === undefined ? given : key)
  return [
    { what: 'Index', value: String(index), from: origin('network.index', tenant.network.index) },
    { what: 'Prefix', value: prefix, from: 'the index, Pool= and TenantPrefix= of bitbuilder.conf' },
    ...(prefix6 === undefined
      ? []
      : [{ what: 'IPv6 prefix', value: prefix6, from: 'the index, Pool6= of bitbuilder.conf' }]),
    ...ofBridge(reader, plan),
    ...ports.map(({ name, machine }) => ({
      what: 'Port',
      value: name,
      from: `machine '${machine}'`,
      state: stateOf(reader, name),
    })),
    ...ofWireguard(reader, plan, tenant, origin),
    ...ofVxlan(reader, plan, tenant, origin),
    ...ofVlan(reader, plan, tenant, origin),
    ...ofNamespace(reader, plan),
  ]
}
