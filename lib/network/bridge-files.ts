import type { Config } from '../config/config.ts'
import { bridgeAlternativeName, bridgeName } from '../layout/names.ts'
import { networkFile } from '../layout/paths.ts'
import { line, lines, section } from '../systemd/unit.ts'
import { bridgeAddress, formatAddress, tenantPrefix } from './address.ts'

export interface NetworkFile {
  readonly path: string
  /** Its sections. */
  readonly text: string
}

/** No spanning tree: a bridge that no other switch is on would only make guests wait 30 s for it. */
const netdev = (name: string): string =>
  section('NetDev', line('Name', name) + line('Kind', 'bridge')) + section('Bridge', line('STP', false))

/**
 * An empty bridge has no carrier: it must get its address all the same, and nobody may wait for it at boot. Nothing is
 * forwarded: what tenants may reach beyond their bridge is not a property of the bridge.
 */
const network = (name: string, address: string, dns: readonly string[]): string =>
  section('Match', line('Name', name) + line('Kind', 'bridge')) +
  section('Link', line('RequiredForOnline', false)) +
  section(
    'Network',
    line('Address', address) +
      line('ConfigureWithoutCarrier', true) +
      line('IgnoreCarrierLoss', true) +
      line('DHCP', false) +
      line('DHCPServer', true) +
      line('IPv6AcceptRA', false) +
      line('LinkLocalAddressing', false),
  ) +
  section('DHCPServer', line('EmitDNS', dns.length > 0) + lines('DNS', dns) + line('PersistLeases', 'runtime'))

const link = (id: string, name: string): string =>
  section('Match', line('OriginalName', name)) +
  section(
    'Link',
    line('AlternativeName', bridgeAlternativeName(id)) +
      line('NamePolicy', 'keep') +
      line('MACAddressPolicy', 'persistent'),
  )

/** `10.7.0.1/24` */
export const showBridgeAddress = (config: Config, index: number): string => {
  const { address, bits } = bridgeAddress(tenantPrefix(config.pool, config.tenantPrefix, index))
  return `${formatAddress(address)}/${bits}`
}

/** systemd.netdev(5), systemd.network(5), systemd.link(5) of a tenant's bridge. */
export const bridgeFiles = (id: string, index: number, config: Config): readonly NetworkFile[] => {
  const name = bridgeName(id)
  return [
    { path: networkFile(id, 'bridge.netdev'), text: netdev(name) },
    { path: networkFile(id, 'bridge.network'), text: network(name, showBridgeAddress(config, index), config.dns) },
    { path: networkFile(id, 'bridge.link'), text: link(id, name) },
  ]
}
