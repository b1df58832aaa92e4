import type { Host, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { machineOf } from '../layout/names.ts'
import { GENERATOR_DIR, mountedRecord } from '../layout/paths.ts'
import { isTreeCurrent } from '../machine/fingerprint.ts'
import { infraPlace } from '../machine/place.ts'
import { isNetworkCurrent } from '../network/current.ts'
import { isUp, type Properties, showUnits } from '../program/systemctl.ts'
import { jsonText } from '../report/json-text.ts'
import type { Checked } from '../report/problem.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { isInstalled } from '../units/installed.ts'
import type { Rendered } from '../units/write.ts'
import type { Desired } from './desired.ts'
import { type MachineChanges, mergedBelow, readMachineChanges } from './machines.ts'
import { isUnitOf, patternsOf } from './units-of.ts'

export interface LoadedUnit {
  /** ActiveState=. */
  readonly state: string
  /** Runs, or is on its way. */
  readonly isUp: boolean
  /** RequiresMountsFor=, and the merged extensions that a machine was composed over: what it was started on top of. */
  readonly needs: readonly string[]
}

/** What there is of a tenant. */
export interface Actual {
  /** Where the generators' last run differs from their next one: a path with what is wrong. Undefined where it does not. */
  readonly outdated: string | undefined
  /** Every unit of the tenant that systemd knows, by name. */
  readonly units: ReadonlyMap<string, LoadedUnit>
  /** What each mount was made from, by unit. */
  readonly mounted: ReadonlyMap<string, string>
  /** Whether the files of its network are what they should be. */
  readonly isNetworkCurrent: boolean
  /** Whether the infrastructure VM's tree, which extensions may lie over, is that of the repository. */
  readonly isInfraCurrent: boolean
  /** By unit, what a machine was started with and would not be now. */
  readonly changed: ReadonlyMap<string, readonly string[]>
}

const LARGEST_RECORD = 4 << 20

/** Names in the generators' directory that are the tenant's: units, and with a slash what is in their `.d` and `.requires`. */
const installedOf = (reader: Reader, id: string): readonly string[] => {
  const list = (dir: string) => reader.readDir(dir)?.entries ?? []
  return list(GENERATOR_DIR).flatMap(({ name, kind }) => {
    if (kind !== 'directory') return isUnitOf(id, name) ? [name] : []
    if (!isUnitOf(id, name.slice(0, name.lastIndexOf('.')))) return []
    return list(`${GENERATOR_DIR}/${name}`).map((inner) => `${name}/${inner.name}`)
  })
}

/** The first file that is not as the generators would write it now. The start-up link says whether the tenant starts at boot, not how it runs. */
export const findOutdated = (reader: Reader, id: string, wanted: readonly Rendered[]): string | undefined => {
  const own = wanted.filter(({ path }) => !path.includes('.wants/'))
  const missing = own.find((file) => !isInstalled(reader, file))
  if (missing !== undefined) {
    const isThere = reader.stat(`${GENERATOR_DIR}/${missing.path}`) !== undefined
    return `${missing.path} is ${isThere ? 'out of date' : 'missing'}`
  }
  const paths = new Set(own.map(({ path }) => path))
  const extra = installedOf(reader, id).find((path) => !paths.has(path))
  return extra === undefined ? undefined : `${extra} is left over`
}

/** Written by tenant-layers. A record that cannot be read is none: nothing is mounted anew for that. */
const readMounted = (reader: Reader, id: string): ReadonlyMap<string, string> => {
  const found = orElse(
    () => reader.readFile(mountedRecord(id), LARGEST_RECORD),
    () => undefined,
  )
  if (found === undefined) return new Map()
  try {
    const entries = Object.entries(JSON.parse(jsonText(found)) as Record<string, unknown>)
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  } catch {
    return new Map()
  }
}

const needsOf = (reader: Reader, id: string, { Id: unit = '', RequiresMountsFor: paths = '' }: Properties) => {
  const machine = machineOf(unit)
  return [...paths.split(' '), ...(machine === undefined ? [] : mergedBelow(reader, id, machine))]
}

const readUnits = (host: Host, id: string): ReadonlyMap<string, LoadedUnit> =>
  new Map(
    showUnits(host, patternsOf(id), ['Id', 'ActiveState', 'RequiresMountsFor']).map((unit) => [
      unit.Id ?? '',
      { state: unit.ActiveState ?? '', isUp: isUp(unit), needs: needsOf(host, id, unit) },
    ]),
  )

const NOTHING_CHANGED: MachineChanges = { changed: new Map(), problems: [] }

/** `wanted`: what both generators would write; `here` is undefined for a tenant that has no place on this host. */
export const readActual = (
  host: Host,
  id: string,
  wanted: readonly Rendered[],
  here: { readonly tenant: Tenant; readonly desired: Desired } | undefined,
): Checked<Actual> => {
  const units = readUnits(host, id)
  const { changed, problems } =
    here === undefined
      ? NOTHING_CHANGED
      : readMachineChanges(host, here.tenant, here.desired, (unit) => units.get(unit)?.isUp === true)
  const value: Actual = {
    outdated: findOutdated(host, id, wanted),
    units,
    mounted: readMounted(host, id),
    isInfraCurrent: here === undefined || isTreeCurrent(host, infraPlace(id)),
    isNetworkCurrent: here === undefined || isNetworkCurrent(host, here.tenant),
    changed,
  }
  return { value, problems }
}
