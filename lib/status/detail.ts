import { patternsOf } from '../converge/units-of.ts'
import type { Host } from '../host/host.ts'
import { bridgeName, tenantOf } from '../layout/names.ts'
import { showUnits } from '../program/systemctl.ts'
import { isObject } from '../report/json-value.ts'
import { wantedMachines } from './overview.ts'

export interface UnitStatus {
  readonly unit: string
  /** ActiveState= and SubState=. */
  readonly active: string
  readonly sub: string
  /** Of the last change, in systemd's words. */
  readonly since: string
  /** Result= where it is no success: `exit-code`, `timeout`. */
  readonly result: string | undefined
}

/** A lease of the bridge's DHCP server. */
export interface Lease {
  readonly address: string
  /** What the guest calls itself: its own words. */
  readonly name: string | undefined
}

const PATIENCE = 10

const PROPERTIES = ['Id', 'ActiveState', 'SubState', 'Result', 'StateChangeTimestamp']

/** Every unit of the tenant that systemd has something to say of, and every machine that should be there. Sorted. */
export const readUnitStates = (host: Host, id: string): readonly UnitStatus[] => {
  const machines = wantedMachines(host).filter((unit) => tenantOf(unit) === id)
  const found = showUnits(host, [...patternsOf(id), ...machines], PROPERTIES).map(
    ({ Id: unit = '', ActiveState: active = '', SubState: sub = '', Result: result = '', ...rest }): UnitStatus => ({
      unit,
      active,
      sub,
      since: rest.StateChangeTimestamp ?? '',
      result: result === '' || result === 'success' ? undefined : result,
    }),
  )
  const units = new Map(found.map((one) => [one.unit, one]))
  return [...units.values()]
    .filter(({ unit, active }) => active !== 'inactive' || machines.includes(unit))
    .sort((a, b) => (a.unit < b.unit ? -1 : 1))
}

const leaseOf = (value: unknown): readonly Lease[] => {
  if (!isObject(value) || !Array.isArray(value.Address) || value.Address.length !== 4) return []
  const name = typeof value.Hostname === 'string' ? value.Hostname : undefined
  return [{ address: value.Address.join('.'), name }]
}

/** As networkd tells them, and none where it does not. */
export const readLeases = (host: Host, id: string): readonly Lease[] => {
  const { status, stdout } = host.run(['networkctl', 'status', '--json=short', '--', bridgeName(id)], PATIENCE)
  if (status !== 0) return []
  try {
    const link: unknown = JSON.parse(stdout)
    const server = isObject(link) && isObject(link.DHCPServer) ? link.DHCPServer : {}
    return Array.isArray(server.Leases) ? server.Leases.flatMap(leaseOf) : []
  } catch {
    return []
  }
}
