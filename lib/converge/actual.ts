import type { Host, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { GENERATOR_DIR, mountedRecord } from '../layout/paths.ts'
import { isUp, showUnits } from '../program/systemctl.ts'
import { jsonText } from '../report/json-text.ts'
import { isInstalled } from '../units/installed.ts'
import type { Rendered } from '../units/write.ts'
import { isUnitOf, patternsOf } from './units-of.ts'

export interface LoadedUnit {
  /** ActiveState=. */
  readonly state: string
  /** Runs, or is on its way. */
  readonly isUp: boolean
  /** RequiresMountsFor=: what it was started on top of. */
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
  /** What each machine was started with, by unit. */
  readonly started: ReadonlyMap<string, string>
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

const readUnits = (host: Host, id: string): ReadonlyMap<string, LoadedUnit> =>
  new Map(
    showUnits(host, patternsOf(id), ['Id', 'ActiveState', 'RequiresMountsFor']).map((unit) => [
      unit.Id ?? '',
      { state: unit.ActiveState ?? '', isUp: isUp(unit), needs: (unit.RequiresMountsFor ?? '').split(' ') },
    ]),
  )

/** Asks systemd once. `wanted`: what both generators would write for the tenant. */
export const readActual = (host: Host, id: string, wanted: readonly Rendered[]): Actual => ({
  outdated: findOutdated(host, id, wanted),
  units: readUnits(host, id),
  mounted: readMounted(host, id),
  started: new Map(),
})
