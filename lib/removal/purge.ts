import { patternsOf } from '../converge/units-of.ts'
import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { readMounts } from '../host/mounts.ts'
import { requireDirectory } from '../host/require-directory.ts'
import { boundRootfs, imagesDir, isBelow, NETWORK_STATE, removedDir, tenantDir } from '../layout/paths.ts'
import { readAllocation, writeAllocation } from '../network/allocation.ts'
import { withNetwork } from '../network/networkd.ts'
import { isUp, showUnits } from '../program/systemctl.ts'
import { readRegistry } from '../registry/registry.ts'
import { isError } from '../report/problem.ts'
import { forgetProject, readProjects } from '../storage/projects.ts'

const IS_MOUNTED = 'is mounted, the data of the tenant stays: umount it first'

/** Mount points in or at one of the directories. */
const mountsIn = (reader: Reader, dirs: readonly string[]): readonly string[] =>
  readMounts(reader)
    .map(({ mountPoint }) => mountPoint)
    .filter((point) => dirs.some((dir) => isBelow(point, dir)))

const refuseRegistered = (host: Host, id: string): void => {
  const { entries, problems } = readRegistry(host)
  if (entries.some((entry) => entry.id === id))
    throw new HostError(`tenant '${id}'`, 'is still in the registry, its data stays: bitbuilder show')
  if (problems.some(isError))
    throw new HostError('the registry', `has errors that may hide tenant '${id}', its data stays: bitbuilder verify`)
}

const refuseInUse = (host: Host, id: string, dirs: readonly string[]): void => {
  const up = showUnits(host, patternsOf(id), ['Id', 'ActiveState']).filter(isUp)
  if (up.length > 0)
    throw new HostError(`tenant '${id}'`, `${up.map((unit) => unit.Id).join(', ')} still runs, its data stays`)
  const [mount] = mountsIn(host, dirs)
  if (mount !== undefined) throw new HostError(mount, IS_MOUNTED)
}

/** The directory goes out of the way first, so that nobody starts with half of it. */
const deleteData = (host: Host, id: string): void => {
  const dir = tenantDir(id)
  const aside = removedDir(id)
  host.remove(aside)
  if (host.stat(dir) === undefined) return
  host.print(`deleting ${dir}\n`)
  host.rename(dir, aside)
  // Between the first look and the move somebody may have mounted something.
  const [mount] = mountsIn(host, [aside])
  if (mount !== undefined) {
    host.rename(aside, dir)
    throw new HostError(`${dir}${mount.slice(aside.length)}`, IS_MOUNTED)
  }
  host.remove(aside)
}

const giveUpNumbers = (host: Host, id: string): void =>
  withNetwork(host, () => {
    const allocation = new Map(readAllocation(host))
    const numbers = allocation.get(id)
    if (numbers === undefined) return
    host.print(`giving up index ${numbers.index} of ${NETWORK_STATE}\n`)
    allocation.delete(id)
    writeAllocation(host, allocation)
  })

/**
 * Deletes what a tenant has that is not its entry, following nothing and crossing no mount point. Throws HostError, with
 * all of it still there, when the registry has the tenant, or anything of it runs or is mounted. May be repeated.
 */
export const purge = (host: Host, id: string): void => {
  refuseRegistered(host, id)
  const dirs = [tenantDir(id), removedDir(id), imagesDir(id), boundRootfs(id)]
  for (const dir of dirs) requireDirectory(host, dir)
  refuseInUse(host, id, dirs)
  deleteData(host, id)
  giveUpNumbers(host, id)
  forgetProject(host, id)
}

/** Whether there would be anything to delete. */
export const hasData = (reader: Reader, id: string): boolean =>
  [tenantDir(id), removedDir(id)].some((dir) => reader.stat(dir) !== undefined) ||
  readAllocation(reader).has(id) ||
  readProjects(reader).has(id)
