/** What a `.netdev` file of a kind has to say, systemd.netdev(5). */

interface NetdevKind {
  /** Sections besides [Match] and [NetDev]; any other is ignored. */
  readonly sections: readonly string[]
  /** `Section.Key` of which one at least is needed. */
  readonly needs?: readonly string[]
}

const TUNNEL: NetdevKind = { sections: ['Tunnel'] }
const PLAIN: NetdevKind = { sections: [] }

export const NETDEV_KINDS: Readonly<Record<string, NetdevKind>> = {
  bareudp: { sections: ['BareUDP'], needs: ['BareUDP.DestinationPort'] },
  batadv: { sections: ['BatmanAdvanced'] },
  bond: { sections: ['Bond'] },
  bridge: { sections: ['Bridge'] },
  dummy: PLAIN,
  erspan: TUNNEL,
  fou: { sections: ['FooOverUDP'], needs: ['FooOverUDP.Protocol', 'FooOverUDP.Encapsulation'] },
  geneve: { sections: ['GENEVE'], needs: ['GENEVE.Id'] },
  gre: TUNNEL,
  gretap: TUNNEL,
  hsr: { sections: ['HSR'], needs: ['HSR.Ports'] },
  ifb: PLAIN,
  ip6gre: TUNNEL,
  ip6gretap: TUNNEL,
  ip6tnl: TUNNEL,
  ipip: TUNNEL,
  ipoib: { sections: ['IPoIB'] },
  ipvlan: { sections: ['IPVLAN'] },
  ipvtap: { sections: ['IPVTAP'] },
  l2tp: { sections: ['L2TP', 'L2TPSession'], needs: ['L2TP.Remote'] },
  macsec: { sections: ['MACsec', 'MACsecReceiveChannel', 'MACsecReceiveAssociation', 'MACsecTransmitAssociation'] },
  macvlan: { sections: ['MACVLAN'] },
  macvtap: { sections: ['MACVTAP'] },
  nlmon: PLAIN,
  sit: TUNNEL,
  tap: { sections: ['Tap'] },
  tun: { sections: ['Tun'] },
  vcan: PLAIN,
  veth: { sections: ['Peer'], needs: ['Peer.Name'] },
  vlan: { sections: ['VLAN'], needs: ['VLAN.Id'] },
  vrf: { sections: ['VRF'] },
  vti: TUNNEL,
  vti6: TUNNEL,
  vxcan: { sections: ['VXCAN'], needs: ['VXCAN.Peer'] },
  vxlan: { sections: ['VXLAN'], needs: ['VXLAN.VNI', 'VXLAN.Id', 'VXLAN.External'] },
  /** Its key may come as a credential too. */
  wireguard: { sections: ['WireGuard', 'WireGuardPeer'] },
  wlan: { sections: ['WLAN'], needs: ['WLAN.Type'] },
  xfrm: { sections: ['Xfrm'], needs: ['Xfrm.InterfaceId'] },
}
