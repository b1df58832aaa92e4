import type { DirEntry, Reader } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { INFRA_MACHINE, isMachineName, isTenantId, type MachineKind, TENANT_ID_WORDS } from '../layout/names.ts'
import { inConfig, rootfs, TENANTS_DIR, tenantDir } from '../layout/paths.ts'
import type { Checked, Problem } from '../report/problem.ts'
import { isProblem, wholeFile } from '../report/problem.ts'
import { readMetadata } from './metadata.ts'
import { machineMetadataShape } from './schema.ts'

export interface Machine {
  readonly kind: MachineKind
  readonly name: string
  readonly path: string
  /** A tree, or a disk image `NAME.raw`. */
  readonly form: 'directory' | 'image'
  /** CPUs, as its metadata.json in the repository says. */
  readonly cpu?: number | undefined
  /** A size, `1G`. */
  readonly memory?: string | undefined
  /** Whether it says when it is up. Undefined: exactly when there is a systemd in its tree. */
  readonly notify?: boolean | undefined
}

/** What a tenant's directory holds that decides about its units. */
export interface Disk {
  readonly hasRootfs: boolean
  /** Sorted by name, machines before containers. */
  readonly machines: readonly Machine[]
}

export const EMPTY_DISK: Disk = { hasRootfs: false, machines: [] }
const NOTHING: Checked<Disk> = { value: EMPTY_DISK, problems: [] }
const ONLY_ROOTFS: Checked<Disk> = { value: { hasRootfs: true, machines: [] }, problems: [] }

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
      const value = new Set<string>()
      const problems: Problem[] = []
      for (const { name, kind } of found.entries) {
        if (kind === 'directory') value.add(name)
        else if (kind === 'link' && isTenantId(name)) problems.push(linkInPlace(tenantDir(name)))
      }
      return { value, problems }
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

/** The machine with what the tenant's repository says of it. One that says nonsense is left as it would be without. */
const described = (reader: Reader, id: string, directory: string, machine: Machine): readonly (Machine | Problem)[] => {
  const file = inConfig(`${directory}/${machine.name}/metadata.json`)
  const read = readMetadata(machineMetadataShape, `${tenantDir(id)}/${file}`, (limit) =>
    reader.readFileInside(tenantDir(id), file, limit),
  )
  if ('problems' in read)
    return [
      machine,
      ...read.problems.map((problem) => ({ ...problem, message: `${problem.message}, ignoring the file` })),
    ]
  if (read.metadata === undefined) return [machine]
  const { resources, notify } = read.metadata
  return [{ ...machine, cpu: resources?.cpu, memory: resources?.memory, notify }]
}

const NOTHING_THERE: readonly DirEntry[] = []

/**
 * What is in a directory of a tenant's, nothing where there is none; or the path of a link on the way there: it would
 * make somebody else's of it.
 */
export const listOwn = (
  reader: Reader,
  id: string,
  directory: string,
): readonly DirEntry[] | { readonly link: string } => {
  try {
    return reader.listInside(TENANTS_DIR, `${id}/${directory}`) ?? NOTHING_THERE
  } catch (thrown) {
    if (!(thrown instanceof HostError)) throw thrown
    let path = tenantDir(id)
    for (const name of directory.split('/')) {
      path += `/${name}`
      const found = reader.stat(path)?.kind
      if (found === 'link') return { link: path }
      if (found !== 'directory') return NOTHING_THERE
    }
    throw thrown
  }
}

const NO_MACHINES: readonly Machine[] = []

/** Machines of one kind, and what is no machine. */
const listMachines = (
  reader: Reader,
  id: string,
  kind: MachineKind,
  directory: string,
): readonly (Machine | Problem)[] => {
  const listed = listOwn(reader, id, directory)
  if ('link' in listed) return [leftOut(listed.link, 'is a link in place of a directory')]
  if (listed.length === 0) return NO_MACHINES
  const dir = `${tenantDir(id)}/${directory}`
  return listed
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap((entry) => {
      const found = machineOf(kind, dir, entry)
      return isProblem(found) ? [found] : described(reader, id, directory, found)
    })
}

/** Whether a tenant that has a directory has a root for its infrastructure VM in it. */
export const readHasRootfs = (reader: Reader, id: string): boolean =>
  reader.stat(`${tenantDir(id)}/infra`)?.kind === 'directory' && reader.stat(rootfs(id))?.kind === 'directory'

/** Only of a tenant that has a directory. */
export const readDisk = (reader: Reader, id: string): Checked<Disk> => {
  const hasRootfs = readHasRootfs(reader, id)
  const vms = listMachines(reader, id, 'vm', 'machines')
  const containers = listMachines(reader, id, 'container', 'containers')
  if (vms === NO_MACHINES && containers === NO_MACHINES) return hasRootfs ? ONLY_ROOTFS : NOTHING
  const machines: Machine[] = []
  const problems: Problem[] = []
  for (const one of [...vms, ...containers]) {
    if (isProblem(one)) problems.push({ ...one, tenant: id })
    else if (machines.some(({ name }) => name === one.name)) {
      problems.push({ ...leftOut(one.path, `there is another machine '${one.name}'`), tenant: id })
    } else machines.push(one)
  }
  return { value: { hasRootfs, machines }, problems }
}
