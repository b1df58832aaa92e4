import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { resolveInside } from '../host/resolve.ts'
import { inConfig, machineView, tenantDir } from '../layout/paths.ts'
import { compareVersions } from '../systemd/versions.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { entriesInside } from './inside.ts'
import type { MachinePlace } from './place.ts'

/** What a VM on a tree boots with. The monitor would look for it too, and follow the guest's links while it does. */
export interface BootFiles {
  readonly kernel: string
  readonly initrd: string | undefined
  /** A unified kernel image brings its initrd and wants UEFI; anything else is loaded directly. */
  readonly isUnified: boolean
}

const LARGEST_ENTRY = 16 << 10

/** A file below `base`, reached without leaving it; undefined where there is none. Throws HostError for one that leads out. */
const fileInside = (reader: Reader, base: string, relative: string): string | undefined => {
  const found = resolveInside(reader, base, relative)
  return found?.stat.kind === 'file' ? found.path : undefined
}

const requireInside = (reader: Reader, base: string, relative: string): string => {
  const path = fileInside(reader, base, relative)
  if (path === undefined) throw new HostError(`${base}/${relative}`, 'is not there, or no file')
  return path
}

/** What the registry names has to be where no running guest can put a link in its place. */
const OWN_PLACES = ['infra', 'revisions', 'trees']

const fromRegistry = (reader: Reader, { id, infra }: Tenant): BootFiles | undefined => {
  if (infra.kernel === undefined) return undefined
  const find = (relative: string): string => {
    const path = requireInside(reader, tenantDir(id), relative)
    const place = path.slice(`${tenantDir(id)}/`.length).split('/')[0] as string
    if (!OWN_PLACES.includes(place))
      throw new HostError(path, 'is the tree of another machine, expected a file below infra or config')
    return path
  }
  const kernel = find(infra.kernel)
  const initrd = infra.initrd === undefined ? undefined : find(infra.initrd)
  return { kernel, initrd, isUnified: infra.kernel.endsWith('.efi') }
}

const fromRepository = (reader: Reader, { id, source }: MachinePlace): BootFiles | undefined => {
  const find = (name: string): string | undefined => fileInside(reader, tenantDir(id), inConfig(`${source}/${name}`))
  const kernel = find('vmlinuz')
  return kernel === undefined ? undefined : { kernel, initrd: find('initrd'), isUnified: false }
}

/** Names in a directory of the tree, newest version first. */
const newest = (reader: Reader, tree: string, directory: string, isOne: (name: string) => boolean): readonly string[] =>
  entriesInside(reader, tree, directory)
    .filter(({ name, kind }) => kind === 'file' && isOne(name))
    .map(({ name }) => name)
    .sort((a, b) => compareVersions(b, a))

/** UAPI.1 Boot Loader Specification, type 2. */
const unified = (reader: Reader, tree: string): BootFiles | undefined => {
  for (const directory of ['efi/EFI/Linux', 'boot/EFI/Linux']) {
    const [name] = newest(reader, tree, directory, (one) => one.endsWith('.efi'))
    if (name !== undefined)
      return { kernel: requireInside(reader, tree, `${directory}/${name}`), initrd: undefined, isUnified: true }
  }
  return undefined
}

/** `linux` and the first `initrd` of an entry of type 1. Its options are left out: the monitor says what the root is. */
const keyOf = (text: string, key: string): string | undefined => new RegExp(`^${key}[ \t]+(\\S+)`, 'm').exec(text)?.[1]

const entry = (reader: Reader, tree: string): BootFiles | undefined => {
  for (const partition of ['efi', 'boot']) {
    const directory = `${partition}/loader/entries`
    const [name] = newest(reader, tree, directory, (one) => one.endsWith('.conf'))
    const text =
      name === undefined ? undefined : reader.readFileInside(tree, `${directory}/${name}`, LARGEST_ENTRY)?.text
    const linux = text === undefined ? undefined : keyOf(text, 'linux')
    if (text === undefined || linux === undefined) continue
    const initrd = keyOf(text, 'initrd')
    const find = (path: string): string => requireInside(reader, tree, `${partition}/${path}`)
    return { kernel: find(linux), initrd: initrd === undefined ? undefined : find(initrd), isUnified: false }
  }
  return undefined
}

const KERNEL = 'vmlinuz-'

/** As distributions lay it out: `boot/vmlinuz-VERSION`, with `initrd.img-VERSION` or `initramfs-VERSION.img`. */
const versioned = (reader: Reader, tree: string): BootFiles | undefined => {
  const [name] = newest(reader, tree, 'boot', (one) => one.startsWith(KERNEL))
  if (name === undefined) return undefined
  const version = name.slice(KERNEL.length)
  const initrds = [`initrd.img-${version}`, `initramfs-${version}.img`, `initrd-${version}`]
  const initrd = initrds.map((one) => fileInside(reader, tree, `boot/${one}`)).find((path) => path !== undefined)
  return { kernel: requireInside(reader, tree, `boot/${name}`), initrd, isUnified: false }
}

const fromTree = (reader: Reader, { path }: MachinePlace): BootFiles | undefined =>
  unified(reader, path) ?? entry(reader, path) ?? versioned(reader, path)

/** What registry or repository say, in this order. What the tree itself has changes with the tree. */
export const saidBootFiles = (reader: Reader, tenant: Tenant, place: MachinePlace): BootFiles | undefined =>
  (place.kind === 'infra' ? fromRegistry(reader, tenant) : undefined) ?? fromRepository(reader, place)

/** What a VM on a tree boots. Throws HostError when there is no kernel. */
export const findBootFiles = (reader: Reader, tenant: Tenant, place: MachinePlace): BootFiles => {
  const found = saidBootFiles(reader, tenant, place) ?? fromTree(reader, place)
  if (found !== undefined) return found
  const wish = place.kind === 'infra' ? 'infra.kernel in the registry, or ' : ''
  throw new HostError(
    place.path,
    `has no kernel: expected ${wish}${place.source}/vmlinuz and ${place.source}/initrd in the repository, ` +
      'or boot/vmlinuz-VERSION, boot/loader/entries or efi/EFI/Linux in the tree',
  )
}

/** Words for systemd-vmspawn(1), which sees them where its unit binds them. */
export const bootOptions = ({ initrd, isUnified }: BootFiles, machine: string): readonly string[] => [
  `--linux=${machineView(machine, 'kernel')}`,
  ...(initrd === undefined ? [] : [`--initrd=${machineView(machine, 'initrd')}`]),
  ...(isUnified ? [] : ['--firmware=none']),
]
