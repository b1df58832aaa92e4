/**
 * systemd.network(5) of systemd 262: sections, and for each kind of value (values.ts) the keys that take it, `*` for those whose value is not
 * looked at. Which keys there are was asked of the program itself: each key of its binary in each section, and what it said.
 */
export const NETWORK_KEYS = `
[Address]
$flag| AddPrefixRoute AutoJoin HomeAddress ManageTemporaryAddress PrefixRoute
$flag|$address4| Broadcast
$prefix| Address Peer
0-255|global|host|link|nowhere|site| Scope
0-4294967295 RouteMetric
0|forever|infinity| PreferredLifetime
$flag|both|ipv4|ipv6|none| DuplicateAddressDetection
* Label NFTSet NetLabel
[Bridge]
$flag| AllowPortToBeRoot FastLeave HairPin Isolated Learning Locked MACAuthenticationBypass MulticastFlood
$flag| MulticastToUnicast NeighborSuppression ProxyARP ProxyARPWiFi UnicastFlood UseBPDU VLANTunnel
0-4294967295 Cost
0-63 Priority
0|false|no|off|permanent|query|temporary MulticastRouter
[BridgeFDB]
$address Destination
$mac MACAddress
0-16777215 VNI
0-4094 VLANId
master|self|use AssociatedWith
* OutgoingInterface
[BridgeMDB]
0-4094 VLANId
* MulticastGroupAddress
[BridgeVLAN]
$vlans EgressUntagged VLAN
0-4094|no|off| PVID
[DHCP]
$flag Anonymize RapidCommit SendHostname UseHostname UseMTU UseRoutes UseTimezone
$flag| CriticalConnection RequestBroadcast UseDNS UseNTP
$flag|route UseDomainName UseDomains
$gone ForceDHCPv6PDOtherInformation
0-4294967295 IAID RouteMetric
0-65535 ListenPort
0-65535|link-layer-time|uuid|vendor DUIDType
* ClientIdentifier DUIDRawData Hostname RouteTable UserClass VendorClassIdentifier
[DHCPPrefixDelegation]
$flag Announce Assign ManageTemporaryAddress
0-4294967295 RouteMetric
* NFTSet NetLabel SubnetId Token UplinkInterface
[DHCPRelay]
$addresses4 AgentAddress GatewayAddress
* CircuitId ExtraOption InterfacePriority VirtualSubnetSelection
[DHCPServer]
$addresses4 BootServerAddress RelayTarget Router
$addresses4|_server_address DNS LPR NTP POP3 SIP SMTP
$flag EmitDNS EmitDomain EmitLPR EmitNTP EmitPOP3 EmitRouter EmitSIP EmitSMTP EmitTimezone RapidCommit
$flag|runtime PersistLeases
$gone BindToInterface
$prefixes4 ServerAddress
$seconds DefaultLeaseTimeSec MaxLeaseTimeSec
0-4294967295 PoolOffset PoolSize
* BootFilename BootServerName Domain IPv6OnlyPreferredSec LocalLeaseDomain RelayAgentCircuitId RelayAgentRemoteId
* SendOption SendVendorOption Timezone UplinkInterface
[DHCPServerStaticLease]
$addresses4 Address
$macs MACAddress
* Hostname
[DHCPv4]
$addresses4 RequestAddress
$flag Anonymize BOOTP QuickAck RoutesToDNS RoutesToNTP SendDecline SendHostname SendRelease Use6RD UseCaptivePortal
$flag UseHostname UseMTU UseRoutes UseSIP UseTimezone
$flag| CriticalConnection IPv6OnlyMode RapidCommit RequestBroadcast UseDNR UseDNS UseGateway UseNTP
$flag|route UseDomainName UseDomains
0-15| SocketPriority
0-4294967295 IAID RouteMetric
0-65535 ListenPort ServerPort
0-65535|link-layer-time|uuid|vendor DUIDType
1-1023 InitialAdvertisedReceiveWindow InitialCongestionWindow
CS4|CS6|none| IPServiceType
duid|mac ClientIdentifier
* AllowList BlackList DUIDRawData DenyList FallbackLeaseLifetimeSec Hostname Label MUDURL MaxAttempts NFTSet
* NetLabel RequestOptions RouteMTUBytes RouteTable SendOption SendVendorOption UnassignedSubnetPolicy UserClass
* VendorClassIdentifier
[DHCPv6]
$flag RapidCommit SendHostname SendRelease UseAddress UseCaptivePortal UseDelegatedPrefix UseHostname UseSIP
$flag| UseDNR UseDNS UseNTP
$flag|route UseDomains
$gone ForceDHCPv6PDOtherInformation
$prefix6 PrefixDelegationHint
0-4294967295 IAID RouteMetric
0-65535|link-layer-time|uuid|vendor DUIDType
* DUIDRawData Hostname MUDURL NFTSet NetLabel RequestOptions RouteTable SendOption SendVendorOption
* UnassignedSubnetPolicy UserClass VendorClass WithoutRA
[DHCPv6PrefixDelegation]
$flag Announce Assign ManageTemporaryAddress
0-4294967295 RouteMetric
* SubnetId Token
[IPv6AcceptRA]
$flag QuickAck UseAutonomousPrefix UseCaptivePortal UseGateway UseHopLimit UseMTU UseOnLinkPrefix UsePREF64
$flag UseReachableTime UseRedirect UseRetransmissionTime UseRoutePrefix
$flag| UseDNR UseDNS
$flag|always DHCPv6Client
$flag|route UseDomains
$gone UseICMP6RateLimit
0-4294967295 RouteMetric
* BlackList DenyList NFTSet NetLabel PrefixAllowList PrefixDenyList RouteAllowList RouteDenyList RouteTable
* RouterAllowList RouterDenyList Token
[IPv6AddressLabel]
$prefixes6 Prefix
0-2147483647| Label
[IPv6PREF64Prefix]
* LifetimeSec Prefix
[IPv6Prefix]
$flag AddressAutoconfiguration Assign OnLink
$prefix6 Prefix
$seconds PreferredLifetimeSec ValidLifetimeSec
0-4294967295 RouteMetric
* Token
[IPv6PrefixDelegation]
$flag EmitDNS EmitDomains Managed OtherInformation
$seconds DNSLifetimeSec RouterLifetimeSec
default|high|low|medium RouterPreference
* DNS Domains
[IPv6RoutePrefix]
$prefix6 Route
$seconds LifetimeSec
default|high|low|medium Preference
[IPv6SendRA]
$flag EmitDNS EmitDomains HomeAgent Managed OtherInformation
$seconds DNSLifetimeSec
$seconds| HomeAgentLifetimeSec ReachableTimeSec RetransmitSec RouterLifetimeSec
0-255 HopLimit
0-65535 HomeAgentPreference
default|high|low|medium RouterPreference
* DNS Domains UplinkInterface
[LLDP]
* MUDURL
[Link]
$bytes32 MTUBytes
$flag Unmanaged
$flag| ARP AllMulticast Multicast Promiscuous
$hwaddrs MACAddress
0-2147483647| Group
always-down|always-up|bound|down|manual|up ActivationPolicy
any|both|ipv4|ipv6 RequiredFamilyForOnline
* RequiredForOnline
[Match]
$hwaddrs MACAddress PermanentMACAddress
$macs BSSID
$matchnames Name
* Architecture Credential Driver Firmware Host KernelCommandLine KernelVersion Kind MachineTag Path Property SSID
* Type Version Virtualization WLANInterfaceType
[MobileNetwork]
$flag AllowRoaming
$flag| UseGateway
* APN AllowedAuthenticationMechanisms IPFamily OperatorId PIN Password RouteMetric User
[Neighbor]
$address| Address
$hwaddrs LinkLayerAddress MACAddress
[Network]
$address|_dhcp4|_ipv6ra| Gateway
$bytes32 IPv6MTUBytes
$flag ActiveSlave ConfigureWithoutCarrier DHCPServer DefaultRouteOnDevice IPv4LLRoute IPv6SendRA KeepMaster
$flag PrimarySlave
$flag| DHCPPrefixDelegation DHCPv6PrefixDelegation DNSDefaultRoute IPv4AcceptLocal IPv4Forwarding IPv4ProxyARP
$flag| IPv4ProxyARPPrivateVLAN IPv4RouteLocalnet IPv4SrcValidMark IPv6AcceptRA IPv6AcceptRouterAdvertisements
$flag| IPv6Forwarding IPv6ProxyNDP MPLSRouting ProxyARP
$flag|$seconds| IgnoreCarrierLoss
$flag|allow-downgrade DNSSEC
$flag|customer-bridge|nearest-bridge|non-tpmr-bridge| EmitLLDP
$flag|dhcp|dhcp-on-stop|dynamic|dynamic-on-stop|static| KeepConfiguration
$flag|ipv4|ipv6 LinkLocalAddressing
$flag|ipv4|ipv6|both|none|v4|v6 DHCP
$flag|kernel|prefer-public IPv6PrivacyExtensions
$flag|opportunistic DNSOverTLS
$flag|resolve LLMNR MulticastDNS
$flag|route UseDomains
$flag|routers-only LLDP
$flag|static IPv6PrefixDelegation
$gone L2TP
$interfaces IPVLAN IPVTAP IPoIB MACVLAN MACVTAP MACsec Tunnel VLAN VXLAN Xfrm
$interface| BatmanAdvanced Bond Bridge VRF
$prefix| Address
$seconds IPv4DuplicateAddressDetectionTimeoutSec IPv6RetransmissionTimeSec
$servers DNS
0-255 IPv6HopLimit
$flag|both|ipv4|ipv6| IPMasquerade
eui64|none|random|stable-privacy IPv6LinkLocalAddressGenerationMode
loose|no|strict| IPv4ReversePathFilter
* BindCarrier DHCPRelay DNSSECNegativeTrustAnchors Description Domains IPForward IPv4LL IPv4LLStartAddress
* IPv6DuplicateAddressDetection IPv6ProxyNDPAddress IPv6StableSecretAddress IPv6Token MulticastIGMPVersion NTP
* ProxyNeighbor
[NextHop]
$address| Gateway
$flag Blackhole
$flag| OnLink
0-4294967295 Id
ipv4|ipv6 Family
* Group
[Route]
$address|0|no|off| PreferredSource
$address|_dhcp|_dhcp4|_dhcp6|_ipv6ra| Gateway
$anyprefix Destination Source
$bytes32| MTUBytes TCPAdvertisedMaximumSegmentSize
$flag| FastOpenNoCookie GatewayOnLink GatewayOnlink QuickAck
$gone TTLPropagate
$seconds| TCPRetransmissionTimeoutSec
0-255|boot|kernel|static Protocol
0-255|global|host|link|nowhere|site Scope
0-4294967295 Metric
1-1023| InitialAdvertisedReceiveWindow InitialCongestionWindow
1-255| HopLimit
1-4294967295| NextHop
blackhole|broadcast|local|nat|prohibit|throw|unicast|unreachable|xresolve Type
high|low|medium IPv6Preference
* MultiPathRoute TCPCongestionControlAlgorithm Table
[RoutingPolicyRule]
$anyprefix| From To
$flag L3MasterDevice
$flag| InvertRule
$interface| IncomingInterface
$ports DestinationPort SourcePort
0-15| SuppressPrefixLength
0-2147483647| SuppressInterfaceGroup
0-255 TypeOfService
0-4294967295 FirewallMark
0-4294967295| Priority
1-4294967295 GoTo
blackhole|prohibit|table|unreachable Type
* Family IPProtocol OutgoingInterface Table User
`
