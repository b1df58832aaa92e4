import { readConfig } from '../config/config.ts'
import { readCurrent, readProvisionState } from '../git/state.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { isMachineUnit, tenantOf, tenantService } from '../layout/names.ts'
import { GENERATOR_DIR } from '../layout/paths.ts'
import { bridgeAddress, formatAddress, tenantPrefix } from '../network/address.ts'
import { readAllocation } from '../network/allocation.ts'
import { runPlan } from '../program/generator.ts'
import { PLANS } from '../program/plans.ts'
import { isRunning } from '../program/systemctl.ts'
import { type Problem, wholeFile } from '../report/problem.ts'
import { storageProblems } from '../storage/limit.ts'
import type { Loaded } from '../tenant/load.ts'
import { readUsage, type Usage } from './cgroup.ts'

/** One tenant at a glance. */
export interface TenantStatus {
  readonly id: string
  /** ActiveState= of tenant@, or why it has none: `refused`, `elsewhere`. */
  readonly state: string
  /** Not as it should be. */
  readonly isDown: boolean
  readonly machines: { readonly up: number; readonly wanted: number }
  /** The commit that it runs. */
  readonly revision: string | undefined
  /** Of its bridge, `10.7.0.1/24`. */
  readonly address: string | undefined
  readonly usage: Usage
  readonly problems: readonly Problem[]
}

const PATIENCE = 60

interface ListedUnit {
  readonly unit: string
  readonly active: string
}

/** States of all tenants' services and machines, systemctl(1) `list-units`: one answer of systemd's, however many there are. */
const listUnits = (host: Host): ReadonlyMap<string, string> => {
  const patterns = ['tenant@*.service', 'tenant-infra@*.service', 'tenant-vm@*.service', 'tenant-container@*.service']
  const said = mustRun(host, ['systemctl', 'list-units', '--all', '--output=json', '--', ...patterns], PATIENCE)
  return new Map((JSON.parse(said || '[]') as readonly ListedUnit[]).map(({ unit, active }) => [unit, active]))
}

/** By tenant. */
const group = <T>(list: readonly T[], idOf: (one: T) => string | undefined): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const id = idOf(one)
    if (id === undefined) continue
    const known = groups.get(id)
    if (known === undefined) groups.set(id, [one])
    else known.push(one)
  }
  return groups
}

/** As the generators' last run has them, which is what systemd knows. */
export const wantedMachines = (host: Host): readonly string[] =>
  (host.readDir(GENERATOR_DIR)?.entries ?? [])
    .filter(({ name, kind }) => kind === 'link' && isMachineUnit(name))
    .map(({ name }) => name)

/** The address of a tenant's bridge by its id, as far as an index was given out. */
const addresses = (host: Host): ((id: string) => string | undefined) =>
  orElse<(id: string) => string | undefined>(
    () => {
      const { pool, tenantPrefix: bits } = readConfig(host).value
      const allocation = readAllocation(host)
      return (id) => {
        const index = allocation.get(id)?.index
        if (index === undefined) return undefined
        const { address, bits: length } = bridgeAddress(tenantPrefix(pool, bits, index))
        return `${formatAddress(address)}/${length}`
      }
    },
    () => () => undefined,
  )

/** An entry says no more than what should be; what is active is, whatever its entry has become. */
const stateOf = (loaded: Loaded | undefined, active: string | undefined): string => {
  if (active !== undefined && active !== 'inactive') return active
  return loaded === undefined || loaded.state === 'here' ? 'inactive' : loaded.state
}

const withoutEntry = (id: string): Problem => ({
  severity: 'warning',
  at: wholeFile(`tenant '${id}'`),
  message: 'runs and has no entry in the registry',
  hint: `bitbuilder remove ${id}`,
  tenant: id,
})

const provisionProblems = (host: Host, id: string): readonly Problem[] => {
  const provision = readProvisionState(host, id)
  return provision?.state === 'failed' ? provision.problems : []
}

/** Every tenant of the registry, and those that run without an entry. Needs one process, however many there are. */
export const readOverview = (host: Host, loaded: readonly Loaded[]): readonly TenantStatus[] => {
  const units = listUnits(host)
  const wanted = group(wantedMachines(host), tenantOf)
  const problems = group(
    PLANS.flatMap((plan) => runPlan(host, plan, () => [])),
    ({ tenant }) => tenant,
  )
  const addressOf = addresses(host)
  const known = new Map(loaded.map((one) => [one.id, one]))
  const running = [...units].filter(([, active]) => isRunning(active)).map(([unit]) => tenantOf(unit) ?? '')
  const ids = [...new Set([...known.keys(), ...running])].sort()
  return ids.map((id) => {
    const entry = known.get(id)
    const state = stateOf(entry, units.get(tenantService(id)))
    const machines = wanted.get(id) ?? []
    const up = machines.filter((unit) => isRunning(units.get(unit))).length
    const isWanted = entry?.state === 'here' ? entry.tenant.enabled : entry?.state === 'refused' && entry.enabled
    const isDown = isRunning(state) ? up < machines.length : isWanted || state === 'failed'
    return {
      id,
      state,
      isDown,
      machines: { up, wanted: machines.length },
      revision: orElse(
        () => readCurrent(host, id),
        () => undefined,
      ),
      address: addressOf(id),
      usage: readUsage(host, id),
      problems: [
        ...(entry === undefined ? [withoutEntry(id)] : []),
        ...(problems.get(id) ?? []),
        ...provisionProblems(host, id),
        ...(entry?.state === 'here' ? storageProblems(host, entry.tenant) : []),
      ],
    }
  })
}
