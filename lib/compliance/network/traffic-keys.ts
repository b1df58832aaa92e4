/**
 * systemd.network(5), traffic control, CAN and SR-IOV, of systemd 262: sections, and for each kind of value (values.ts) the keys that take it, `*` for those whose value is not
 * looked at. Which keys there are was asked of the program itself: each key of its binary in each section, and what it said.
 */
export const TRAFFIC_KEYS = `
[BFIFO]
$bytes32| LimitBytes
$class Parent
$handle| Handle
[BandMultiQueueing]
$class Parent
$handle| Handle
[CAKE]
$class Parent
$flag| AutoRateIngress NAT SplitGSO UseRawPacketSize Wash
$handle| Handle
$rate| Bandwidth
$seconds| RTTSec
1-1023| MPUBytes
1-4294967295| FirewallMark
* AckFilter CompensationMode FlowIsolationMode OverheadBytes PriorityQueueingPreset
[CAN]
$bytes32 BitRate DataBitRate
$flag| BusErrorReporting ClassicDataLengthCode FDMode FDNonISO ListenOnly Loopback OneShot PresumeACK TripleSampling
$flag|0-65535| Termination
$percent DataSamplePoint SamplePoint
$seconds RestartSec
0-4294967295 DataPhaseBufferSegment1 DataPhaseBufferSegment2 DataPropagationSegment DataSyncJumpWidth
0-4294967295 PhaseBufferSegment1 PhaseBufferSegment2 PropagationSegment SyncJumpWidth
* DataTimeQuantaNSec TimeQuantaNSec
[ClassfulMultiQueueing]
$class Parent
$handle| Handle
[ControlledDelay]
$class Parent
$flag| ECN
$handle| Handle
$seconds| CEThresholdSec IntervalSec TargetSec
0-4294967295| PacketLimit
[DeficitRoundRobinScheduler]
$class Parent
$handle| Handle
[DeficitRoundRobinSchedulerClass]
$bytes32| QuantumBytes
$class Parent
$class| ClassId
[EnhancedTransmissionSelection]
$bytes32| QuantumBytes
$class Parent
$handle| Handle
0-15| Bands StrictBands
* PriorityMap
[FairQueueing]
$bytes32| InitialQuantum InitialQuantumBytes Quantum QuantumBytes
$bytes| MaximumRate
$class Parent
$flag| Pacing
$handle| Handle
$seconds| CEThresholdSec
0-4294967295| Buckets FlowLimit OrphanMask PacketLimit
[FairQueueingControlledDelay]
$bytes32| MemoryLimit MemoryLimitBytes Quantum QuantumBytes
$class Parent
$flag| ECN
$handle| Handle
$seconds| CEThresholdSec IntervalSec TargetSec
0-4294967295| Flows PacketLimit
[FlowQueuePIE]
$class Parent
$handle| Handle
1-4294967295| PacketLimit
[GenericRandomEarlyDetection]
$class Parent
$flag| GenericRIO
$handle| Handle
0-15| DefaultVirtualQueue VirtualQueues
[HeavyHitterFilter]
$class Parent
$handle| Handle
0-4294967295| PacketLimit
[HierarchyTokenBucket]
$class Parent
$handle| Handle
0-4294967295| RateToQuantum
* DefaultClass
[HierarchyTokenBucketClass]
$bytes32| BufferBytes CeilBufferBytes MTUBytes QuantumBytes
$bytes| CeilRate OverheadBytes Rate
$class Parent
$class| ClassId
0-4294967295| Priority
[NetworkEmulator]
$class Parent
$handle| Handle
$percent| DuplicateRate LossRate
$seconds| DelayJitterSec DelaySec
0-4294967295| PacketLimit
[PFIFO]
$class Parent
$handle| Handle
0-4294967295| PacketLimit
[PFIFOFast]
$class Parent
$handle| Handle
[PFIFOHeadDrop]
$class Parent
$handle| Handle
0-4294967295| PacketLimit
[QDisc]
$class Parent
$handle| Handle
[QuickFairQueueing]
$class Parent
$handle| Handle
[QuickFairQueueingClass]
$class Parent
$class| ClassId
1-1024| Weight
* MaxPacketBytes
[SR-IOV]
$flag| MACSpoofCheck QueryReceiveSideScaling Trust
$flag|auto| LinkState
$macs MACAddress
0-2147483647| VirtualFunction
0-4294967295| QualityOfService
1-65535| VLANId
802.1Q|802.1ad| VLANProtocol
[StochasticFairBlue]
$class Parent
$handle| Handle
0-4294967295| PacketLimit
[StochasticFairnessQueueing]
$class Parent
$handle| Handle
$seconds| PerturbPeriodSec
[TokenBucketFilter]
$bytes| Burst BurstBytes LimitBytes LimitSize MPUBytes MTUBytes PeakRate Rate
$class Parent
$handle| Handle
$seconds| LatencySec
[TrafficControlQueueingDiscipline]
$class Parent
$percent| NetworkEmulatorDuplicateRate NetworkEmulatorLossRate
$seconds| NetworkEmulatorDelayJitterSec NetworkEmulatorDelaySec
0-4294967295| NetworkEmulatorPacketLimit
[TrivialLinkEqualizer]
$class Parent
$handle| Handle
0-2147483647| Id
`
