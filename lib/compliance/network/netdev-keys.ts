/**
 * systemd.netdev(5) of systemd 262: sections, and for each kind of value (values.ts) the keys that take it, `*` for those whose value is not
 * looked at. Which keys there are was asked of the program itself: each key of its binary in each section, and what it said.
 */
export const NETDEV_KEYS = `
[BareUDP]
1-65535| DestinationPort MinSourcePort
ipv4|ipv6|mpls-uc EtherType
[BatmanAdvanced]
$bytes GatewayBandwidthDown GatewayBandwidthUp GatewayBandwithDown GatewayBandwithUp
$flag Aggregation BridgeLoopAvoidance Fragmentation
$seconds OriginatorIntervalSec
0-255 HopPenalty
batman-iv|batman-v RoutingAlgorithm
client|off|server GatewayMode
* DistributedArpTable
[Bond]
$addresses4 ARPIPTargets
$flag AllSlavesActive
$flag| DynamicTransmitLoadBalancing
$mac AdActorSystem
$seconds ARPIntervalSec DownDelaySec LearnPacketIntervalSec MIIMonitorSec PeerNotifyDelaySec UpDelaySec
0-1023 AdUserPortKey
0-255 ARPMissedMax
0-4294967295 GratuitousARP MinLinks PacketsPerSlave ResendIGMP
1-65535 AdActorSystemPriority
802.3ad|active-backup|balance-alb|balance-rr|balance-tlb|balance-xor|broadcast Mode
active|all|none ARPValidate
active|follow|none FailOverMACPolicy
all|any ARPAllTargets
always|better|failure PrimaryReselectPolicy
bandwidth|count|stable AdSelect
encap2+3|encap3+4|layer2|layer2+3|layer3+4 TransmitHashPolicy
fast|slow LACPTransmitRate
[Bridge]
$flag| LinkLocalLearning MulticastQuerier MulticastSnooping STP VLANFiltering
$seconds AgeingTimeSec ForwardDelaySec HelloTimeSec MaxAgeSec
0-4094|none DefaultPVID
0-4294967295| FDBMaxLearned
0-65535 GroupForwardMask Priority
802.1ad|802.1q| VLANProtocol
* MulticastIGMPVersion
[FooOverUDP]
$address Local Peer
1-65535| PeerPort Port
FooOverUDP|GenericUDPEncapsulation Encapsulation
* Protocol
[GENEVE]
$address Remote
$flag IPDoNotFragment InheritInnerProtocol UDP6ZeroCheckSumRx UDP6ZeroCheckSumTx UDP6ZeroChecksumRx
$flag UDP6ZeroChecksumTx UDPChecksum
0-1048575|inherit FlowLabel
0-16777215 Id
0-255 TOS
0-255|inherit TTL
1-65535| DestinationPort
[HSR]
0-255 Supervision
hsr|prp Protocol
* Ports
[IPVLAN]
L2|L3|L3S Mode
bridge|private|vepa Flags
[IPVTAP]
L2|L3|L3S Mode
bridge|private|vepa Flags
[IPoIB]
$flag| IgnoreUserspaceMulticastGroups
1-65535| PartitionKey
connected|datagram Mode
[L2TP]
$address| Remote
$flag UDP6CheckSumRx UDP6CheckSumTx UDP6ChecksumRx UDP6ChecksumTx UDPCheckSum UDPChecksum
1-4294967295 PeerTunnelId TunnelId
1-65535| UDPDestinationPort UDPSourcePort
ip|udp EncapsulationType
* Local
[L2TPSession]
$interface Name
1-4294967295 PeerSessionId SessionId
default|none Layer2SpecificHeader
[MACVLAN]
$macs SourceMACAddress
0-2147483647| BroadcastMulticastQueueLength
bridge|passthru|private|source|vepa Mode
* BroadcastQueueThreshold
[MACVTAP]
$macs SourceMACAddress
bridge|passthru|private|source|vepa Mode
[MACsec]
$flag| Encrypt
1-65535 Port
[MACsecReceiveAssociation]
$flag| Activate
$mac MACAddress
$path| KeyFile
0-4294967295 PacketNumber
1-65535 Port
* Key KeyId
[MACsecReceiveChannel]
$mac MACAddress
1-65535 Port
[MACsecTransmitAssociation]
$flag| Activate UseForEncoding
$path| KeyFile
1-4294967295 PacketNumber
* Key KeyId
[Match]
* Architecture Credential Firmware Host KernelCommandLine KernelVersion MachineTag Version Virtualization
[NetDev]
$bytes32 MTUBytes
$interface| Name
$mac|none| MACAddress
* Description Kind
[Peer]
$interface| Name
$mac|none| MACAddress
[Tap]
$flag KeepCarrier MultiQueue PacketInfo VNetHeader
$gone OneQueue
* Group User
[Tun]
$flag KeepCarrier MultiQueue PacketInfo VNetHeader
$gone OneQueue
* Group User
[Tunnel]
$address4|0-4294967295 InputKey Key OutputKey
$address|any| Local Remote
$flag AssignToLoopback CopyDSCP External FooOverUDP IgnoreDontFragment Independent
$flag| AllowLocalRemote DiscoverPathMTU ISATAP SerializeTunneledPackets
$prefix6 IPv6RapidDeploymentPrefix
0-1048575| ERSPANIndex
0-1048575|inherit IPv6FlowLabel
0-15| ERSPANHardwareId
0-1| ERSPANVersion
0-255|none EncapsulationLimit
0-4294967295 TOS TTL
1-65535| FOUDestinationPort FOUSourcePort
FooOverUDP|GenericUDPEncapsulation Encapsulation
any|ip6ip6|ipip6 Mode
* ERSPANDirection
[VLAN]
$flag| GVRP LooseBinding MVRP ReorderHeader
0-4094 Id
802.1ad|802.1q| Protocol
* EgressQOSMaps IngressQOSMaps
[VRF]
* Table TableId
[VXCAN]
$interface| Peer
[VXLAN]
$address| Group Local Remote
$flag ARPProxy External GenericProtocolExtension GroupPolicyExtension IPDoNotFragment Independent L2MissNotification
$flag L3MissNotification MacLearning ReduceARPProxy RemoteChecksumRx RemoteChecksumTx RouteShortCircuit
$flag UDP6ZeroCheckSumRx UDP6ZeroCheckSumTx UDP6ZeroChecksumRx UDP6ZeroChecksumTx UDPCheckSum UDPChecksum VNIFilter
$ports PortRange
$seconds FDBAgeingSec
0-1048575|inherit FlowLabel
0-255|inherit TTL
0-4294967295 Id MaximumFDBEntries TOS VNI
1-65535| DestinationPort
[WLAN]
$flag| WDS
ad-hoc|ap|station Type
* PhysicalDevice
[WireGuard]
$key| PrivateKey
$path| PrivateKeyFile
0-4294967295 FirewallMark FwMark
0-4294967295| RouteMetric
1-65535|auto| ListenPort
* RouteTable
[WireGuardPeer]
$endpoint| Endpoint
$key| PresharedKey PublicKey
$networks AllowedIPs
$path| PresharedKeyFile PublicKeyFile
0-4294967295| RouteMetric
0-65535|off PersistentKeepalive
* RouteTable
[Xfrm]
$flag Independent
0-4294967295 InterfaceId
`
