import type { Check } from '../check.ts'
import type { NetworkFile } from './file.ts'
import { NETT } from './rules.ts'

/** What networkd still takes, and what to write in its place: its own messages, and systemd.network(5) of older versions. */

const KEYS: Readonly<Record<string, string>> = {
  'Network.IPForward': 'IPv4Forwarding= and IPv6Forwarding=',
  'Network.IPv4LL': 'LinkLocalAddressing=',
  'Network.IPv6Token': 'Token= of [IPv6AcceptRA]',
  'Network.DHCPv6PrefixDelegation': 'DHCPPrefixDelegation=',
  'Network.IPv6PrefixDelegation': 'IPv6SendRA=',
  'Network.IPv6AcceptRouterAdvertisements': 'IPv6AcceptRA=',
  'Network.ProxyARP': 'IPv4ProxyARP=',
  'DHCPv4.BlackList': 'DenyList=',
  'DHCPv4.CriticalConnection': 'KeepConfiguration= of [Network]',
  'DHCPv4.UseDomainName': 'UseDomains=',
  'IPv6AcceptRA.BlackList': 'PrefixDenyList=',
  'IPv6AcceptRA.DenyList': 'PrefixDenyList=',
  'Address.PrefixRoute': 'AddPrefixRoute=',
  'WireGuard.FwMark': 'FirewallMark=',
}

const SECTIONS: Readonly<Record<string, string>> = {
  DHCP: '[DHCPv4] or [DHCPv6]',
  DHCPv6PrefixDelegation: '[DHCPPrefixDelegation]',
  IPv6PrefixDelegation: '[IPv6SendRA]',
}

const FLAG = /^(?:1|yes|y|true|t|on)$/i

/** By key, a value that is still taken, and what to write. */
const VALUES: readonly { readonly key: string; readonly value: RegExp; readonly words: string }[] = [
  { key: 'Network.IPMasquerade', value: FLAG, words: 'ipv4 or both: it means ipv4' },
  { key: 'Network.DHCP', value: /^(?:both|none|v4|v6)$/, words: 'yes, no, ipv4 or ipv6' },
  {
    key: 'Address.DuplicateAddressDetection',
    value: /^(?:1|0|yes|y|true|t|on|no|n|false|f|off)$/i,
    words: 'both, ipv4, ipv6 or none',
  },
]

export const checkDeprecated = ({ report }: Check, { path, type, ini }: NetworkFile): void => {
  if (type === 'link') return
  const rule = NETT['NETT-06']
  for (const { name, line } of ini.sections)
    if (Object.hasOwn(SECTIONS, name))
      report(rule, path, `[${name}] is deprecated`, { line, column: 1, hint: `write ${SECTIONS[name]}` })
  for (const { section, key, value, line, column } of ini.settings) {
    const name = `${section}.${key}`
    const instead = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined
    if (instead !== undefined) report(rule, path, `${key}= is deprecated`, { line, column, hint: `write ${instead}` })
    const old = VALUES.find((one) => one.key === name && one.value.test(value))
    if (old !== undefined)
      report(rule, path, `${key}=${value} is deprecated`, { line, column, hint: `write ${old.words}` })
  }
}
