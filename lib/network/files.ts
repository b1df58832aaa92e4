import { networkFile } from '../layout/paths.ts'
import { header, line, lines, section, words } from '../systemd/unit.ts'
import { parseSize } from '../tenant/values.ts'
import type { NetworkPlan, WireguardPlan } from './plan.ts'

export interface NetworkFile {
  readonly path: string
  readonly text: string
}

/** Everything that `networkFiles` can make, so that it can be taken away when nothing else is known of the tenant. */
export const NETWORK_FILE_SUFFIXES = [
  'bridge.link',
  'bridge.netdev',
  'bridge.network',
  'ports.network',
  'wireguard.netdev',
  'wireguard.network',
] as const

type Suffix = (typeof NETWORK_FILE_SUFFIXES)[number]

/** No spanning tree: a bridge that no other switch is on would only make guests wait 30 s for it. */
const bridgeNetdev = (name: string): string =>
  section('NetDev', line('Name', name) + line('Kind', 'bridge')) + section('Bridge', line('STP', false))

/** networkd refuses to announce a prefix without an address of the link's own. */
const announcement = ({ prefix6 }: NetworkPlan): string =>
  prefix6 === undefined
    ? ''
    : section('IPv6SendRA', line('EmitDNS', false)) + section('IPv6Prefix', line('Prefix', prefix6))

/**
 * What goes to the guests; what they send is limited by our rules, isolation.ts. systemd.network(5): bits per second. A
 * hundredth of a second at full speed in one go, and at least a large packet.
 */
const shaping = ({ bandwidth }: NetworkPlan): string => {
  if (bandwidth === undefined) return ''
  const rate = Math.max(8, parseSize(bandwidth) ?? 0)
  const burst = Math.max(64 << 10, Math.ceil(rate / 800))
  return section('TokenBucketFilter', line('Rate', rate) + line('BurstBytes', burst) + line('LatencySec', '50ms'))
}

/**
 * Where nobody is, nobody can be asked whether the address is taken, and a bridge that waits for that is never configured. Nobody
 * else may have it anyway.
 */
const gatewaySix = ({ bridge: { address6 } }: NetworkPlan): string =>
  address6 === undefined
    ? ''
    : section('Address', line('Address', address6) + line('DuplicateAddressDetection', 'none'))

/**
 * An empty bridge has no carrier: it must get its address all the same, and nobody may wait for it at boot. Nothing is
 * forwarded: what tenants may reach beyond their bridge is not a property of the bridge.
 */
const bridgeNetwork = (plan: NetworkPlan): string => {
  const { bridge, dns, pool, mtu } = plan
  const hasSix = bridge.address6 !== undefined
  return (
    section('Match', line('Name', bridge.name) + line('Kind', 'bridge')) +
    section('Link', line('RequiredForOnline', false)) +
    section(
      'Network',
      line('Address', bridge.address) +
        line('ConfigureWithoutCarrier', true) +
        line('IgnoreCarrierLoss', true) +
        line('DHCP', false) +
        line('DHCPServer', true) +
        line('IPv6AcceptRA', false) +
        line('IPv6SendRA', hasSix ? true : undefined) +
        line('LinkLocalAddressing', hasSix ? 'ipv6' : false),
    ) +
    gatewaySix(plan) +
    section(
      'DHCPServer',
      line('PoolOffset', pool.offset) +
        line('PoolSize', pool.size) +
        line('EmitDNS', dns.length > 0) +
        lines('DNS', dns) +
        line('SendOption', mtu === 1500 ? undefined : `26:uint16:${mtu}`) +
        line('PersistLeases', 'runtime'),
    ) +
    announcement(plan) +
    shaping(plan)
  )
}

const bridgeLink = ({ bridge }: NetworkPlan): string =>
  section('Match', line('OriginalName', bridge.name)) +
  section(
    'Link',
    line('AlternativeName', bridge.alternativeName) +
      line('NamePolicy', 'keep') +
      line('MACAddressPolicy', 'persistent'),
  )

/** Whatever joins the bridge, by its exact name: of what a pattern matches, some could be another tenant's. */
const portsNetwork = ({ bridge, ports, vxlan, vlan, namespace }: NetworkPlan): string | undefined => {
  const names = [...ports.map(({ name }) => name), vxlan?.name, vlan?.name, namespace?.hostSide].flatMap(
    (name) => name ?? [],
  )
  if (names.length === 0) return undefined
  return (
    section('Match', line('Name', words(names.sort()))) +
    section('Link', line('RequiredForOnline', false)) +
    section(
      'Network',
      line('Bridge', bridge.name) +
        line('DHCP', false) +
        line('IPv6AcceptRA', false) +
        line('LinkLocalAddressing', false),
    )
  )
}

/** `RouteTable=main` makes the routes to what is behind the peers. */
const wireguardNetdev = ({ name, keyFile, listenPort, peers }: WireguardPlan): string =>
  section('NetDev', line('Name', name) + line('Kind', 'wireguard')) +
  section('WireGuard', line('PrivateKeyFile', keyFile) + line('ListenPort', listenPort) + line('RouteTable', 'main')) +
  peers
    .map(({ publicKey, endpoint, allowedIps, persistentKeepalive }) =>
      section(
        'WireGuardPeer',
        line('PublicKey', publicKey) +
          line('Endpoint', endpoint) +
          lines('AllowedIPs', allowedIps) +
          line('PersistentKeepalive', persistentKeepalive),
      ),
    )
    .join('')

const wireguardNetwork = ({ name, address }: WireguardPlan): string =>
  section('Match', line('Name', name) + line('Kind', 'wireguard')) +
  section('Link', line('RequiredForOnline', false)) +
  section(
    'Network',
    line('Address', address) + line('DHCP', false) + line('IPv6AcceptRA', false) + line('LinkLocalAddressing', false),
  )

/** systemd.netdev(5), systemd.network(5) and systemd.link(5) of a tenant's network, sorted by path. */
export const networkFiles = (plan: NetworkPlan): readonly NetworkFile[] => {
  const { wireguard } = plan
  const texts: Readonly<Record<Suffix, string | undefined>> = {
    'bridge.link': bridgeLink(plan),
    'bridge.netdev': bridgeNetdev(plan.bridge.name),
    'bridge.network': bridgeNetwork(plan),
    'ports.network': portsNetwork(plan),
    'wireguard.netdev': wireguard && wireguardNetdev(wireguard),
    'wireguard.network': wireguard && wireguardNetwork(wireguard),
  }
  return NETWORK_FILE_SUFFIXES.flatMap((suffix) => {
    const text = texts[suffix]
    if (text === undefined) return []
    return [{ path: networkFile(plan.id, suffix), text: header('setup-tenant-network') + text }]
  })
}
