/** The nftables table that keeps tenants apart, nft(8): what is the same for all tenants. What differs is in its sets. */

export const TABLE = 'inet bitbuilder'

/**
 * All but the nat chain come before the chains of others at the priority `filter`. For safety that does not matter: what
 * one base chain accepts another can still drop, and what one drops is dropped. So tables of the administrator can forbid
 * more than this one and never allow more. DNAT of others, at `dstnat`, lies before it: the rules see where a packet really
 * goes.
 */
const PRIORITY = 'filter - 10'

/**
 * Interfaces in `interfaces` belong to tenants, and all that comes from them or goes to them is decided here. Pairs of one
 * tenant's own come first: with br_netfilter what is only bridged comes this way too, with whatever addresses.
 *
 * An answer is one by its direction too: a connection that somebody made while the rules were flushed is none of the tenant's.
 * A packet to the outside needs a source that is the tenant's. Addresses that only mean something on a link, and 169.254.0.0/16
 * where clouds keep the secrets of the host, are not outside; nor does a tenant choose a packet's route. Other hosts trust
 * VXLAN by the address that it comes from, which would be this host's, and what is inside names the tenant it is for.
 */
const FORWARD = `
chain forward {
  type filter hook forward priority ${PRIORITY}; policy accept
  iifname @interfaces goto from-tenant
  oifname @interfaces goto to-tenant
  meta nfproto ipv4 iifname @guarded ct state new ct status ! dnat drop
  meta nfproto ipv6 iifname @guarded6 ct state new ct status ! dnat drop
}
chain from-tenant {
  iifname . oifname @pairs accept
  oifname @interfaces drop
  iifname != @outside drop
  oifname != @uplinks drop
  ct state invalid drop
  iifname . ip saddr != @prefixes drop
  iifname . ip6 saddr != @prefixes6 drop
  ip daddr { 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, 255.255.255.255 } drop
  ip6 daddr { ::/127, fe80::/10, ff00::/8 } drop
  exthdr rt exists drop
  udp dport 4789 drop
  limit name iifname map @bandwidths drop
  accept
}
chain to-tenant {
  iifname @uplinks oifname @outside ct state established,related ct direction reply accept
  drop
}
`

/**
 * Of the host a tenant gets DHCP, an answer to a ping of its own gateway, and what IPv6 needs to find that. Not its resolver: that
 * knows the names and addresses of every tenant's machines, and cannot tell who asks. The host may talk to a tenant, so answers pass.
 */
const INPUT = `
chain input {
  type filter hook input priority ${PRIORITY}; policy accept
  iifname @interfaces goto to-host
}
chain to-host {
  limit name iifname map @bandwidths drop
  ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept
  icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
  icmpv6 type { nd-router-advert, nd-redirect } drop
  icmp type redirect drop
  iifname . ip saddr != @prefixes drop
  iifname . ip6 saddr != @prefixes6 drop
  ct state established,related ct direction reply accept
  ct state invalid drop
  iifname . ip daddr @gateways icmp type echo-request accept
  iifname . ip daddr @gateways udp sport 68 udp dport 67 accept
  iifname . ip6 daddr @gateways6 icmpv6 type echo-request accept
  drop
}
`

const NAT = `
chain postrouting {
  type nat hook postrouting priority srcnat; policy accept
  iifname @outside oifname @uplinks masquerade
}
`

const SETS = `
set interfaces { type ifname; }
set pairs { type ifname . ifname; }
set outside { type ifname; }
set uplinks { type ifname; }
set guarded { type ifname; }
set guarded6 { type ifname; }
set gateways { type ifname . ipv4_addr; }
set gateways6 { type ifname . ipv6_addr; }
set prefixes { type ifname . ipv4_addr; flags interval; }
set prefixes6 { type ifname . ipv6_addr; flags interval; }
map bandwidths { typeof iifname : limit; }
`

const CHAINS = `${FORWARD}${INPUT}${NAT}`

/** The host's side of the rules. */
export interface HostLinks {
  /** Where the outside is. */
  readonly uplinks: readonly string[]
  /** Those that forward IPv4, or IPv6, because of tenants alone: for nobody else they shall. */
  readonly guarded: readonly string[]
  readonly guarded6: readonly string[]
}

export const addElements = (set: string, elements: readonly string[]): string =>
  elements.length === 0 ? '' : `add element ${TABLE} ${set} { ${elements.join(', ')} }\n`

/** A name as nft takes it. Without quotes `accept` would be a word of the language. */
export const quoted = (name: string): string => `"${name}"`

const fill = (set: string, names: readonly string[]): string =>
  `flush set ${TABLE} ${set}\n${addElements(set, names.map(quoted))}`

/**
 * The rules as this version has them, in the place of what is there. Fails when the table is not there: then it was flushed
 * and with it what other tenants had.
 */
export const refreshTable = ({ uplinks, guarded, guarded6 }: HostLinks): string => {
  const chains = [...CHAINS.matchAll(/^chain (\S+)/gm)].map(([, name = '']) => `flush chain ${TABLE} ${name}\n`)
  return `${chains.join('')}table ${TABLE} {${SETS}${CHAINS}}\n${fill('uplinks', uplinks)}${fill('guarded', guarded)}${fill('guarded6', guarded6)}`
}

/** The same from nothing, whether it is there or not. */
export const newTable = (links: HostLinks): string =>
  `add table ${TABLE}\ndelete table ${TABLE}\ntable ${TABLE} {${SETS}${CHAINS}}\n${refreshTable(links)}`

/** How many rules are in each chain, so that a look at the table can tell whether somebody has emptied it. */
export const rulesOfChains = (): ReadonlyMap<string, number> =>
  new Map(
    CHAINS.split('\nchain ').flatMap((text): readonly (readonly [string, number])[] => {
      const rules = text.split('\n').filter((line) => line.startsWith('  ') && !line.startsWith('  type '))
      return rules.length === 0 ? [] : [[text.slice(0, text.indexOf(' ')), rules.length]]
    }),
  )

export const removeTable = `destroy table ${TABLE}\n`
