import type { DirEntry, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { INFRA_MACHINE, isMachineName, isTenantId, type MachineKind, TENANT_ID_WORDS } from '../layout/names.ts'
import { rootfs, TENANTS_DIR, tenantDir } from '../layout/paths.ts'
import type { Checked, Problem } from '../report/problem.ts'
import { isProblem, wholeFile } from '../report/problem.ts'

export interface Machine {
  readonly kind: MachineKind
  readonly name: string
  readonly path: string
  /** A tree, or a disk image `NAME.raw`. */
  readonly form: 'directory' | 'image'
}

/** What a tenant's directory holds that decides about its units. */
export interface Disk {
  readonly hasRootfs: boolean
  /** Sorted by name, machines before containers. */
  readonly machines: readonly Machine[]
}

export const EMPTY_DISK: Disk = { hasRootfs: false, machines: [] }

const linkInPlace = (path: string): Problem => ({
  severity: 'error',
  at: wholeFile(path),
  message: 'is a link, expected a directory, taking it for empty',
  hint: 'a tenant on another file system is mounted there, mount --bind',
})

/** Ids that have a directory below /var/lib/tenants; undefined when that is not there (yet). */
export const readProvisioned = (reader: Reader): Checked<ReadonlySet<string> | undefined> =>
  orElse<Checked<ReadonlySet<string> | undefined>>(
    () => {
      const found = reader.readDir(TENANTS_DIR)
      if (found === undefined) return { value: undefined, problems: [] }
      const links = found.entries.filter(({ name, kind }) => kind === 'link' && isTenantId(name))
      return {
        value: new Set(found.entries.filter(({ kind }) => kind === 'directory').map(({ name }) => name)),
        problems: links.map(({ name }) => linkInPlace(tenantDir(name))),
      }
    },
    ({ path, reason }) => ({
      value: new Set(),
      problems: [{ severity: 'error', at: wholeFile(path), message: reason }],
    }),
  )

const leftOut = (path: string, why: string): Problem => ({
  severity: 'error',
  at: wholeFile(path),
  message: `${why}, leaving it out`,
})

const machineOf = (kind: MachineKind, dir: string, entry: DirEntry): Machine | Problem => {
  const path = `${dir}/${entry.name}`
  const form = entry.kind === 'file' && entry.name.endsWith('.raw') ? 'image' : 'directory'
  const name = form === 'image' ? entry.name.slice(0, -'.raw'.length) : entry.name
  if (entry.kind === 'link') return leftOut(path, 'is a link')
  if (form === 'directory' && entry.kind !== 'directory')
    return leftOut(path, 'is neither a directory nor a disk image NAME.raw')
  if (!isMachineName(name)) return leftOut(path, `a machine's name is made of ${TENANT_ID_WORDS}`)
  if (name === INFRA_MACHINE) return leftOut(path, `the name '${INFRA_MACHINE}' belongs to the infrastructure VM`)
  return { kind, name, path, form }
}

const listMachines = (reader: Reader, kind: MachineKind, dir: string): readonly (Machine | Problem)[] => {
  // A link in the place of the directory would name somebody else's machines.
  const found = reader.stat(dir)?.kind
  if (found === 'link') return [leftOut(dir, 'is a link in place of a directory')]
  if (found !== 'directory') return []
  return (reader.readDir(dir)?.entries ?? [])
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => machineOf(kind, dir, entry))
}

/** Whether a tenant that has a directory has a root for its infrastructure VM in it. */
export const readHasRootfs = (reader: Reader, id: string): boolean =>
  reader.stat(`${tenantDir(id)}/infra`)?.kind === 'directory' && reader.stat(rootfs(id))?.kind === 'directory'

/** Only of a tenant that has a directory. */
export const readDisk = (reader: Reader, id: string): Checked<Disk> => {
  const dir = tenantDir(id)
  const found = [
    ...listMachines(reader, 'vm', `${dir}/machines`),
    ...listMachines(reader, 'container', `${dir}/containers`),
  ]
  const machines: Machine[] = []
  const problems: Problem[] = []
  for (const one of found) {
    if (isProblem(one)) problems.push({ ...one, tenant: id })
    else if (machines.some(({ name }) => name === one.name)) {
      problems.push({ ...leftOut(one.path, `there is another machine '${one.name}'`), tenant: id })
    } else machines.push(one)
  }
  return { value: { hasRootfs: readHasRootfs(reader, id), machines }, problems }
}
