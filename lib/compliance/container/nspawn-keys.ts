/**
 * systemd.nspawn(5) of systemd 262: sections, and for each kind of value (values.ts of network files) the keys that take it, `*`
 * for those whose value is not looked at. Asked of the program itself: each key of its binary, and what it said to values.
 */
export const NSPAWN_KEYS = `
[Exec]
$flag Boot ProcessTwo
$flag| Ephemeral NoNewPrivileges NotifyReady SuppressSync
$path| WorkingDirectory
$path PivotRoot
$limit LimitAS LimitCORE LimitCPU LimitDATA LimitFSIZE LimitLOCKS LimitMEMLOCK LimitMSGQUEUE LimitNICE LimitNOFILE
$limit LimitNPROC LimitRSS LimitRTPRIO LimitRTTIME LimitSIGPENDING LimitSTACK
$id MachineID
$flag|pick|identity|managed|$owners PrivateUsers
0-4294967295 PrivateUsersDelegate
$flag|auto|copy-host|copy-static|copy-uplink|copy-stub|replace-host|replace-static|replace-uplink|replace-stub|bind-host|bind-static|bind-uplink|bind-stub|delete ResolvConf
$flag|auto|host|guest|try-host|try-guest LinkJournal
$flag|auto|copy|bind|symlink|delete Timezone
$capabilities| AmbientCapability Capability DropCapability
* CPUAffinity Environment Hostname KillSignal OOMScoreAdjust Parameters Personality RestrictAddressFamilies SystemCallFilter
* User
[Files]
$flag| ReadOnly
$flag|state|overlay Volatile
$flag PrivateUsersChown
$flag|auto|chown|map PrivateUsersOwnership
$bind Bind BindReadOnly
$path Inaccessible TemporaryFileSystem
$flag|$path| BindUserShell
* BindUser Overlay OverlayReadOnly
[Network]
$flag| Private VirtualEthernet
$interface| Bridge
$path NamespacePath
* IPVLAN Interface MACVLAN Port VirtualEthernetExtra Zone
`
