import {
  infraService,
  isMachineUnit,
  layersService,
  mountUnit,
  networkService,
  tenantService,
} from '../layout/names.ts'
import { boundRootfs, EXTENSION_CLASSES, isBelow, mergedDir } from '../layout/paths.ts'
import type { Actual } from './actual.ts'
import { companionsOf, type Desired, isOfDisk, type Mount, type Overlay } from './desired.ts'
import type { Action, Step } from './step.ts'
import { isUnitOf } from './units-of.ts'

const stepsFor = (action: Action, why: string, units: readonly string[]): readonly Step[] =>
  units.map((unit) => ({ do: action, unit, why }))

const names = (list: readonly { readonly unit: string }[]): readonly string[] => list.map(({ unit }) => unit)

const NOT_WANTED = 'is not wanted any more'
const NOT_RUNNING = 'does not run'

const isUp = ({ units }: Actual, unit: string): boolean => units.get(unit)?.isUp === true

/** Mounted, and from something else than it should be. What nobody knows of is left alone. */
const differs = ({ mounted }: Actual, { unit, definition }: Mount): boolean =>
  (mounted.get(unit) ?? definition) !== definition

const reloadSteps = ({ outdated }: Actual): readonly Step[] =>
  outdated === undefined ? [] : [{ do: 'daemon-reload', why: outdated }]

/** Everything that is up of some sort, and not wanted. */
const unwanted = (actual: Actual, wanted: ReadonlySet<string>, sort: (unit: string) => boolean): readonly string[] =>
  [...actual.units.keys()].filter((unit) => sort(unit) && isUp(actual, unit) && !wanted.has(unit)).sort()

const isMount = (unit: string): boolean => unit.endsWith('.mount')

/** What has to be taken down and made again, and what is there for the first time. */
interface OverlayChange {
  readonly changed: readonly Overlay[]
  readonly missing: readonly Overlay[]
  /** Overlays first: what they are made of is in use until then. */
  readonly gone: readonly string[]
  /** Whether the tree below has to be replaced meanwhile: once it is bound, a mount keeps to the former one. */
  readonly renews: boolean
}

const overlayChange = (desired: Desired, actual: Actual): OverlayChange => {
  const up = desired.overlays.filter(({ unit }) => isUp(actual, unit))
  const wanted = desired.overlays.flatMap(({ unit, below }) => [unit, ...below.map((mount) => mount.unit)])
  const isOverlay = (unit: string): boolean => unit.startsWith('var-lib-')
  const gone = unwanted(actual, new Set(wanted), isMount)
  const renews = !actual.isInfraCurrent && desired.overlays.some(({ overRootfs }) => overRootfs)
  const isChanged = (overlay: Overlay): boolean =>
    (renews && overlay.overRootfs) || [overlay, ...overlay.below].some((mount) => differs(actual, mount))
  return {
    renews,
    changed: up.filter(isChanged),
    missing: desired.overlays.filter(({ unit }) => !isUp(actual, unit)),
    gone: [...gone.filter(isOverlay), ...gone.filter((unit) => !isOverlay(unit))],
  }
}

/** tenant-layers looks into images before the overlays are made of them, and so all of it is between two overlays. */
const mountSteps = (
  { id, overlays }: Desired,
  actual: Actual,
  { changed, missing, gone, renews }: OverlayChange,
): readonly Step[] => {
  const again = [...changed, ...missing]
  const below = again.flatMap((overlay) => overlay.below)
  const isStale = (mount: Mount): boolean =>
    differs(actual, mount) || (renews && mount.unit === mountUnit(boundRootfs(id)))
  const stale = below.filter((mount) => isUp(actual, mount.unit) && isStale(mount)).map(({ unit }) => unit)
  const absent = below.filter((mount) => !isUp(actual, mount.unit)).map(({ unit }) => unit)
  const layers = layersService(id)
  const isPrepared = isUp(actual, layers)
  const unique = (units: readonly string[]): readonly string[] => [...new Set(units)]
  const disks = new Set(names(below.filter(isOfDisk)))
  const starting = stepsFor('start', 'is a layer', unique([...stale, ...absent])).map((step) =>
    disks.has(step.unit ?? '') ? { ...step, mayFail: true as const } : step,
  )
  return [
    ...stepsFor('stop', 'its layers have changed', names(changed)),
    ...stepsFor('stop', NOT_WANTED, gone),
    ...stepsFor('stop', 'it is of another file now', unique(stale)),
    ...stepsFor('renew', 'the repository has another tree', renews ? [infraService(id)] : []),
    // With tenant-layers not up, the overlays bring all of it with them.
    ...(isPrepared && again.length > 0 ? [...starting, ...stepsFor('reload', 'layers have changed', [layers])] : []),
    ...(isPrepared && overlays.length === 0 ? stepsFor('stop', NOT_WANTED, [layers]) : []),
    ...stepsFor('start', 'its layers have changed', names(changed)),
    ...stepsFor('start', 'is not mounted', names(missing)),
  ]
}

/** Why a machine has to start again; undefined when it may go on, or does not run. */
const whyChanged = (actual: Actual, unit: string): string | undefined => {
  const keys = actual.changed.get(unit) ?? []
  return keys.length > 0 && isUp(actual, unit) ? `started with another ${keys.join(', ')}` : undefined
}

/**
 * Machines that run on top of an overlay which cannot go while they use it. One that is to be restarted anyway may do so
 * in order to use it no longer.
 */
const inTheWayOf = (desired: Desired, actual: Actual, { changed, gone }: OverlayChange): readonly string[] => {
  const units = [...names(changed), ...gone]
  if (units.length === 0) return []
  const dirs = EXTENSION_CLASSES.map((kind) => mergedDir(desired.id, kind)).filter((dir) =>
    units.includes(mountUnit(dir)),
  )
  const isOnTop = (unit: string): boolean =>
    isUp(actual, unit) && dirs.some((dir) => actual.units.get(unit)?.needs.some((path) => isBelow(path, dir)))
  return desired.machines.filter((unit) => whyChanged(actual, unit) !== undefined || isOnTop(unit))
}

/** Of a tenant that has no place here any more. The services' own stopping takes the rest along. */
const removal = (id: string, actual: Actual): readonly Step[] => {
  const reload = reloadSteps(actual)
  const service = tenantService(id)
  if (isUp(actual, service)) return [...reload, { do: 'stop', unit: service, why: 'has no entry for this host' }]
  const left = unwanted(actual, new Set(), (unit) => isUnitOf(id, unit))
  return [...reload, ...stepsFor('stop', 'is left of a tenant that has no entry for this host', left)]
}

const machineSteps = ({ machines }: Desired, actual: Actual, inTheWay: readonly string[]): readonly Step[] => {
  const own = machines.filter((unit) => !inTheWay.includes(unit))
  return [
    ...own.flatMap((unit) =>
      stepsFor('restart', whyChanged(actual, unit) ?? '', whyChanged(actual, unit) ? [unit] : []),
    ),
    ...stepsFor('start', 'the extensions below it have changed', inTheWay),
    ...starts(actual, own),
  ]
}

const starts = (actual: Actual, units: readonly string[]): readonly Step[] =>
  stepsFor(
    'start',
    NOT_RUNNING,
    units.filter((unit) => !isUp(actual, unit)),
  )

/** A network that is to be none is taken away by a start, after the stop that belongs to a restart. */
const networkSteps = ({ id, hasNetwork }: Desired, actual: Actual): readonly Step[] => {
  const unit = networkService(id)
  if (actual.isNetworkCurrent || !isUp(actual, unit)) return []
  return stepsFor(hasNetwork ? 'reload' : 'restart', 'its files are out of date', [unit])
}

/**
 * The difference between what should run and what does. First what must go, so that nothing of it is left without its
 * network or its rules; then what the machines stand on; last the machines.
 */
export const plan = (id: string, desired: Desired | undefined, actual: Actual): readonly Step[] => {
  if (desired === undefined) return removal(id, actual)
  const overlays = overlayChange(desired, actual)
  const inTheWay = inTheWayOf(desired, actual, overlays)
  const isCompanion = (unit: string): boolean => companionsOf(id).includes(unit)
  return [
    ...reloadSteps(actual),
    ...stepsFor('stop', NOT_WANTED, unwanted(actual, new Set(desired.machines), isMachineUnit)),
    ...stepsFor('stop', 'the extensions below it change', inTheWay),
    ...stepsFor('stop', NOT_WANTED, unwanted(actual, new Set(desired.companions), isCompanion)),
    ...networkSteps(desired, actual),
    ...starts(actual, [...desired.services, ...desired.companions]),
    ...mountSteps(desired, actual, overlays),
    ...machineSteps(desired, actual, inTheWay),
  ]
}
