import type { Host, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { type MachineUnit, machineName, machineOf } from '../layout/names.ts'
import { EXTENSION_CLASSES, HIERARCHY, machineOverDir, mergedDir } from '../layout/paths.ts'
import { changedSince, machineFingerprint, startedFingerprint } from '../machine/fingerprint.ts'
import { type Problem, wholeFile } from '../report/problem.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Desired } from './desired.ts'

/** Where the merged extensions are that a machine was composed over; tenant-machine has made links to them. */
export const mergedBelow = (reader: Reader, id: string, { name }: MachineUnit): readonly string[] =>
  EXTENSION_CLASSES.flatMap((kind) => {
    const link = `${machineOverDir(machineName(id, name))}/${HIERARCHY[kind]}`
    const merged = mergedDir(id, kind)
    return orElse(
      () => reader.stat(link)?.kind === 'link' && reader.readLink(link) === merged,
      () => false,
    )
      ? [merged]
      : []
  })

export interface MachineChanges {
  /** By unit, what it was started with and would not be now: `tree`, `memory`. */
  readonly changed: ReadonlyMap<string, readonly string[]>
  /** Why nobody can tell. That is no reason to restart a machine. */
  readonly problems: readonly Problem[]
}

/** Only the infrastructure VM is composed over extensions. */
const extensionsChanged = (reader: Reader, { id, overlays }: Desired, machine: MachineUnit): boolean => {
  if (machine.kind !== 'infra') return false
  const below = mergedBelow(reader, id, machine)
  return below.length !== overlays.length || overlays.some(({ where }) => !below.includes(where))
}

/** What has changed of the machines that are up; `isUp` by unit. */
export const readMachineChanges = (
  host: Host,
  tenant: Tenant,
  desired: Desired,
  isUp: (unit: string) => boolean,
): MachineChanges => {
  const changed = new Map<string, readonly string[]>()
  const problems: Problem[] = []
  for (const unit of desired.machines.filter(isUp)) {
    const machine = machineOf(unit)
    const started = machine && startedFingerprint(host, machineName(tenant.id, machine.name))
    // On its way up, or from before there was a record.
    if (machine === undefined || started === undefined) continue
    orElse(
      () => {
        const now = machineFingerprint(host, tenant, machine.kind, machine.name)
        const keys = extensionsChanged(host, desired, machine) ? ['extensions'] : []
        changed.set(unit, [...changedSince(started, now), ...keys])
      },
      ({ path, reason }) => {
        const message = `${reason}, leaving machine '${machine.name}' as it runs`
        problems.push({ severity: 'warning', at: wholeFile(path), message, tenant: tenant.id })
      },
    )
  }
  return { changed, problems }
}
