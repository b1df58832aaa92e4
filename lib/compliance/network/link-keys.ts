/**
 * systemd.link(5) of systemd 262: sections, and for each kind of value (values.ts) the keys that take it, `*` for those whose value is not
 * looked at. Which keys there are was asked of the program itself: each key of its binary in each section, and what it said.
 */
export const LINK_KEYS = `
[EnergyEfficientEthernet]
$flag| Enable TxLowPowerIdle
$seconds TxLowPowerIdleSec
* LinkMode
[Link]
$bytes32 GenericSegmentOffloadMaxBytes MTUBytes
$flag| AutoNegotiation AutoNegotiationFlowControl GenericReceiveOffload GenericReceiveOffloadHardware
$flag| GenericReceiveOffloadList GenericReceiveOffloadUDPForwarding GenericSegmentationOffload LargeReceiveOffload
$flag| NTupleFilter PartialGenericSegmentationOffload ReceiveAll ReceiveChecksumOffload ReceiveFCS
$flag| ReceiveVLANCTAGFilter ReceiveVLANCTAGHardwareAcceleration RxFlowControl ScatterGather
$flag| ScatterGatherFragmentList TCP6SegmentationOffload TCPECNSegmentationOffload TCPMangleIdSegmentationOffload
$flag| TCPSegmentationOffload TransmitChecksumOffload TransmitVLANCTAGHardwareAcceleration
$flag| TransmitVLANSTAGHardwareAcceleration TxFlowControl UseAdaptiveRxCoalesce UseAdaptiveTxCoalesce
$gone UDPSegmentationOffload
$hwaddr| MACAddress
$interface| Name
$rate BitsPerSecond
$seconds| CoalescePacketRateSampleIntervalSec RxCoalesceHighSec RxCoalesceIrqSec RxCoalesceLowSec RxCoalesceSec
$seconds| StatisticsBlockCoalesceSec TxCoalesceHighSec TxCoalesceIrqSec TxCoalesceLowSec TxCoalesceSec
0-4294967294| TransmitQueueLength
0-4294967295 GenericSegmentOffloadMaxSegments
0-4294967295| CoalescePacketRateHigh CoalescePacketRateLow RxMaxCoalescedFrames RxMaxCoalescedHighFrames
0-4294967295| RxMaxCoalescedIrqFrames RxMaxCoalescedLowFrames TxMaxCoalescedFrames TxMaxCoalescedHighFrames
0-4294967295| TxMaxCoalescedIrqFrames TxMaxCoalescedLowFrames
1-4096| ReceiveQueues TransmitQueues
1-4294967295| CombinedChannels OtherChannels RxBufferSize RxChannels RxJumboBufferSize RxMiniBufferSize TxBufferSize
1-4294967295| TxChannels
full|half Duplex
none|persistent|random| MACAddressPolicy
* Advertise Alias AlternativeName AlternativeNamesPolicy Description IRQAffinity IRQAffinityNUMA IRQAffinityPolicy
* ImportProperty MDI NamePolicy Port Property ReceivePacketSteeringCPUMask UnsetProperty WakeOnLan WakeOnLanPassword
[Match]
$hwaddrs MACAddress PermanentMACAddress
$matchnames OriginalName
* Architecture Credential Driver Firmware Host KernelCommandLine KernelVersion Kind MachineTag Path Property Type
* Version Virtualization
[SR-IOV]
$flag| MACSpoofCheck QueryReceiveSideScaling Trust
$flag|auto| LinkState
$macs MACAddress
0-2147483646| VirtualFunction
0-4294967295| QualityOfService
1-4095| VLANId
802.1Q|802.1ad| VLANProtocol
`
