import { readConfig } from '../config/config.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { bridgeName } from '../layout/names.ts'
import { type Allocation, allocate, type Pins, readAllocation } from '../network/allocation.ts'
import { nameServers } from '../network/dns.ts'
import { pinsOf } from '../network/pins.ts'
import { mostIndexes, type NetworkPlan, planNetwork } from '../network/plan.ts'
import { overlaps, type Prefix, parseAnyPrefix } from '../network/prefix.ts'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf } from '../report/json-source.ts'
import { type Problem, wholeFile } from '../report/problem.ts'
import { EMPTY_DISK, readDisk } from '../tenant/disk.ts'
import { isProvisioned } from '../tenant/one.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** What setup-tenant-network would refuse, found before anything is started. */

interface Checked {
  readonly tenant: Tenant
  readonly source: JsonSource
}

/** `network.wireguard.peers[0].allowedIps` */
const KEY = /^network(?:\.[A-Za-z]+(?:\[[0-9]+\])?)*$/

const pathOf = (key: string): readonly (string | number)[] =>
  key.split(/[.[]/).map((part) => (part.endsWith(']') ? Number(part.slice(0, -1)) : part))

/** At the key that the message starts with, where it is one. */
const problem = ({ tenant, source }: Checked, severity: Problem['severity'], where: string, what: string): Problem => ({
  severity,
  at: KEY.test(where) ? placeOf(source, pathOf(where), 'key') : wholeFile(tenant.definedIn),
  message: `${where}${what}`,
  tenant: tenant.id,
})

/** What only one tenant of a host can have. */
const claimsOf = (tenant: Tenant, plan: NetworkPlan | undefined): readonly string[] => {
  const { index, listenPort, vni, vlan, uplink } = pinsOf(tenant.network)
  const pinned: readonly (readonly [string, number | null | undefined])[] = [
    ['network.index', index],
    ['network.wireguard.listenPort', listenPort],
    ['network.vxlan.vni', vni],
    [`network.vlan.id on ${uplink},`, vlan],
  ]
  return [
    bridgeName(tenant.id),
    ...pinned.flatMap(([key, number]) => (typeof number === 'number' ? [`${key} ${number}`] : [])),
    ...(plan?.ports ?? []).map(({ name }) => `interface ${name}`),
  ]
}

/** Two that ask for the same, or whose shortened names meet: the first to start gets it. */
const collisions = (
  networks: readonly (Checked & { readonly plan: NetworkPlan | undefined })[],
): readonly Problem[] => {
  const holders = new Map<string, string>()
  return networks.flatMap((one) =>
    claimsOf(one.tenant, one.plan).flatMap((claim): readonly Problem[] => {
      const holder = holders.get(claim)
      if (holder === undefined) holders.set(claim, one.tenant.id)
      const what = ` of tenant '${one.tenant.id}' is that of tenant '${holder}' too`
      return holder === undefined ? [] : [problem(one, 'error', claim, what)]
    }),
  )
}

/** Routes are the whole host's. */
const rivals = (networks: readonly (Checked & { readonly plan: NetworkPlan | undefined })[]): readonly Problem[] => {
  const seen: { readonly id: string; readonly text: string; readonly prefix: Prefix }[] = []
  return networks.flatMap((one) => {
    const { id } = one.tenant
    const texts = one.plan?.wireguard?.peers.flatMap(({ allowedIps }) => allowedIps) ?? []
    return texts.flatMap((text): readonly Problem[] => {
      const prefix = parseAnyPrefix(text) as Prefix
      const rival = seen.find((other) => other.id !== id && overlaps(other.prefix, prefix))
      seen.push({ id, text, prefix })
      const what = rival && `: ${text} overlaps ${rival.text}, which is behind a peer of tenant '${rival.id}'`
      return what === undefined ? [] : [problem(one, 'error', 'network.wireguard.peers', what)]
    })
  })
}

const unused = (one: Checked): readonly Problem[] => {
  const { network } = one.tenant
  if (network.mode !== 'none') return []
  const other = Object.keys(network).find((key) => key !== 'mode')
  return other === undefined
    ? []
    : [problem(one, 'warning', `network.${other}`, ': does nothing while network.mode is "none"')]
}

/** Bridges of ours speak no spanning tree. */
const loops = (one: Checked): readonly Problem[] => {
  const { vxlan, vlan } = one.tenant.network
  if (vxlan === undefined || vlan === undefined) return []
  return [
    problem(
      one,
      'warning',
      'network.vlan',
      ': makes a loop if the VLAN and the VXLAN meet elsewhere, there is no spanning tree',
    ),
  ]
}

/** The plan of each, as far as there can be one, and what keeps it from being one. */
const planner = (host: Host, pins: ReadonlyMap<string, Pins>) => {
  const read = readConfig(host).value
  const config = { ...read, dns: nameServers(host, read) }
  const most = mostIndexes(config)
  const allocation: Allocation = readAllocation(host)
  return ({ id, ...rest }: Tenant): NetworkPlan => {
    const reserved = [...pins].flatMap(([other, one]) => (other === id ? [] : [one]))
    const own = pins.get(id) ?? pinsOf(rest.network)
    const numbers = allocate(allocation, { id, pins: own, reserved, most })
    const disk = isProvisioned(host, id) ? readDisk(host, id).value : EMPTY_DISK
    return planNetwork({ id, ...rest }, disk, config, numbers)
  }
}

/** Of tenants that have their place on this host. */
export const networkChecks = (host: Host, all: readonly Checked[]): readonly Problem[] => {
  const checked = all.filter(({ tenant }) => tenant.network.mode !== 'none')
  const problems: Problem[] = [...all.flatMap(unused), ...checked.flatMap(loops)]
  const pins = new Map(checked.map(({ tenant }) => [tenant.id, pinsOf(tenant.network)]))
  const plan = orElse<ReturnType<typeof planner> | undefined>(
    () => planner(host, pins),
    ({ path, reason }) => {
      problems.push({ severity: 'error', at: wholeFile(path), message: reason })
      return undefined
    },
  )
  const networks = checked.map((one) => ({
    ...one,
    plan: orElse<NetworkPlan | undefined>(
      () => plan?.(one.tenant),
      ({ path, reason }) => {
        problems.push(problem(one, 'error', path, `: ${reason}`))
        return undefined
      },
    ),
  }))
  return [...collisions(networks), ...rivals(networks), ...problems]
}
