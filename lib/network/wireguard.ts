import type { Config } from '../config/config.ts'
import { HostError } from '../host/host.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { bridgeAddress, type Ipv4Prefix } from './address.ts'
import { formatPrefix, isWithin, overlaps, type Prefix, parseAnyPrefix } from './prefix.ts'

/** One end of a tunnel that is somewhere else. */
export interface Peer {
  readonly publicKey: string
  /** HOST:PORT. Undefined: it calls. */
  readonly endpoint: string | undefined
  /** What is behind it, and routed to it: canonical prefixes, sorted as they were written. */
  readonly allowedIps: readonly string[]
  /** In seconds. */
  readonly persistentKeepalive: number | undefined
}

type Wanted = NonNullable<NonNullable<Tenant['network']['wireguard']>['peers']>

const four = ({ base, bits }: Ipv4Prefix): Prefix => ({ family: 4, base: BigInt(base), bits })

/**
 * Why a prefix cannot be behind a peer; undefined when it can. The host routes it there for everybody, so it must be
 * nobody else's: of the pool only what is the tenant's own and not on its bridge.
 */
const refusal = (prefix: Prefix, own: Ipv4Prefix, { pool, pool6 }: Config): string | undefined => {
  const { address, bits } = bridgeAddress(own)
  const bridge = four({ base: address - 1, bits })
  if (overlaps(prefix, bridge)) return `overlaps the tenant's own bridge, ${formatPrefix(bridge)}`
  if (isWithin(prefix, four(own))) return undefined
  const taken = [four(pool), ...(pool6 === undefined ? [] : [pool6])].find((one) => overlaps(prefix, one))
  return taken === undefined ? undefined : `overlaps ${formatPrefix(taken)}, the pool of all tenants`
}

/** The peers of a tenant whose prefix is `own`. Throws HostError for the first that cannot be. */
export const checkPeers = (peers: Wanted, own: Ipv4Prefix, config: Config): readonly Peer[] => {
  const seen: { readonly prefix: Prefix; readonly peer: number }[] = []
  return peers.map(({ publicKey, endpoint, allowedIps = [], persistentKeepalive }, peer) => {
    const where = `network.wireguard.peers[${peer}]`
    const twin = peers.findIndex((one) => one.publicKey === publicKey)
    if (twin < peer) throw new HostError(`${where}.publicKey`, `is that of peers[${twin}] too`)
    const prefixes = allowedIps.flatMap((text) => parseAnyPrefix(text) ?? [])
    for (const prefix of prefixes) {
      const rival = seen.find((one) => one.peer !== peer && formatPrefix(one.prefix) === formatPrefix(prefix))
      const reason = rival === undefined ? refusal(prefix, own, config) : `is behind peers[${rival.peer}] too`
      if (reason !== undefined) throw new HostError(`${where}.allowedIps`, `${formatPrefix(prefix)} ${reason}`)
      seen.push({ prefix, peer })
    }
    return { publicKey, endpoint, allowedIps: [...new Set(prefixes.map(formatPrefix))], persistentKeepalive }
  })
}
