import type { Config } from '../config/config.ts'
import { bridgeAlternativeName, bridgeName } from '../layout/names.ts'
import { networkFile } from '../layout/paths.ts'
import type { Unit } from '../systemd/unit.ts'
import { bridgeAddress, formatAddress, tenantPrefix } from './address.ts'

export interface NetworkFile {
  readonly path: string
  readonly unit: Unit
}

/** No spanning tree: a bridge that no other switch is on would only make guests wait 30 s for it. */
const netdev = (name: string): Unit => ({
  sections: { NetDev: { Name: name, Kind: 'bridge' }, Bridge: { STP: false } },
})

/**
 * An empty bridge has no carrier: it must get its address all the same, and nobody may wait for it at boot. Nothing is
 * forwarded: what tenants may reach beyond their bridge is not a property of the bridge.
 */
const network = (name: string, address: string, dns: readonly string[]): Unit => ({
  sections: {
    Match: { Name: name, Kind: 'bridge' },
    Link: { RequiredForOnline: false },
    Network: {
      Address: address,
      ConfigureWithoutCarrier: true,
      IgnoreCarrierLoss: true,
      DHCP: false,
      DHCPServer: true,
      IPv6AcceptRA: false,
      LinkLocalAddressing: false,
    },
    DHCPServer: { EmitDNS: dns.length > 0, DNS: dns, PersistLeases: 'runtime' },
  },
})

const link = (id: string, name: string): Unit => ({
  sections: {
    Match: { OriginalName: name },
    Link: { AlternativeName: bridgeAlternativeName(id), NamePolicy: 'keep', MACAddressPolicy: 'persistent' },
  },
})

/** `10.7.0.1/24` */
export const showBridgeAddress = (config: Config, index: number): string => {
  const { address, bits } = bridgeAddress(tenantPrefix(config.pool, config.tenantPrefix, index))
  return `${formatAddress(address)}/${bits}`
}

/** systemd.netdev(5), systemd.network(5), systemd.link(5) of a tenant's bridge. */
export const bridgeFiles = (id: string, index: number, config: Config): readonly NetworkFile[] => {
  const name = bridgeName(id)
  return [
    { path: networkFile(id, 'bridge.netdev'), unit: netdev(name) },
    { path: networkFile(id, 'bridge.network'), unit: network(name, showBridgeAddress(config, index), config.dns) },
    { path: networkFile(id, 'bridge.link'), unit: link(id, name) },
  ]
}
