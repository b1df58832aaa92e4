import type { DirEntry, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { resolveInside } from '../host/resolve.ts'
import { mountUnit } from '../layout/names.ts'
import {
  boundRootfs,
  diskDir,
  EXTENSION_CLASSES,
  type ExtensionClass,
  emptyLayer,
  extensionDir,
  HIERARCHY,
  imageDir,
  imageLayer,
  rootfs,
  TENANTS_DIR,
  tenantDir,
} from '../layout/paths.ts'
import type { Checked, Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { isLongerThan, LONGEST_UNIT_NAME } from '../systemd/escape.ts'
import type { OsRelease } from '../systemd/os-release.ts'
import { LONGEST_OPTION } from '../systemd/unit.ts'
import { compareVersions } from '../systemd/versions.ts'
import { listOwn, readHasRootfs } from '../tenant/disk.ts'
import type { Extensions, Tenant } from '../tenant/tenant.ts'
import { type Image, readImage } from './image.ts'
import { type ExtensionName, isMountable, parseExtensionName, pickVersion } from './name.ts'
import { checkTree, readOsRelease } from './release.ts'

export interface Layer {
  readonly name: string
  /** The file name that decides which extension-release is looked for. */
  readonly file: string
  /** The directory or image itself, no link in it. */
  readonly path: string
  /** Undefined for a tree. */
  readonly image: Image | undefined
  /** What goes into lowerdir=. */
  readonly lower: string
}

/** The extensions of one class of one tenant, checked, with what they are laid over. */
export interface Stack {
  readonly kind: ExtensionClass
  /** Topmost first: the newest name on top, UAPI.4. */
  readonly layers: readonly Layer[]
  readonly base: string
  /** Whether the base is the tenant's own tree, which has to be bound for it. */
  readonly overRootfs: boolean
  /** The base's os-release: what an image is compared with once it is mounted. */
  readonly release: OsRelease
}

const leaveOut = (id: string, path: string, why: string, what = 'the extension'): Problem => ({
  severity: 'error',
  at: wholeFile(path),
  message: `${why}, leaving ${what} out`,
  tenant: id,
})

interface Found {
  readonly name: ExtensionName
  readonly file: string
  readonly path: string
  readonly kind: DirEntry['kind']
}

/** Below the tenant's directory: what only root writes. Everywhere else a guest may, and swap what was looked at for a link. */
const OURS = /^(?:extensions|revisions|trees)\//

/** Follows a link, as long as it stays where the tenant's guests cannot write. */
const follow = (
  reader: Reader,
  id: string,
  path: string,
  kind: DirEntry['kind'],
): { readonly path: string; readonly kind: DirEntry['kind'] } | string => {
  if (kind !== 'link') return { path, kind }
  const dir = tenantDir(id)
  const found = resolveInside(reader, dir, path.slice(dir.length + 1))
  if (found === undefined) return 'is a link that leads nowhere'
  if (!OURS.test(found.path.slice(dir.length + 1))) return 'is a link out of extensions/, revisions/ and trees/'
  if (!isMountable(found.path)) return 'is a link to a name that cannot be mounted'
  return { path: found.path, kind: found.stat.kind }
}

const find = (reader: Reader, id: string, kind: ExtensionClass, entry: DirEntry): Found | string => {
  const name = parseExtensionName(entry.name, kind)
  if (name === undefined) return 'has a name that no extension can have'
  const there = follow(reader, id, `${extensionDir(id, kind)}/${entry.name}`, entry.kind)
  if (typeof there === 'string') return there
  if (!name.versioned) return { name, file: entry.name, ...there }
  if (there.kind !== 'directory') return 'is not a directory of versions'
  const picked = pickVersion(reader.readDir(there.path)?.entries ?? [], name, reader.architecture())
  if (picked === undefined) return `holds no ${name.name}_VERSION for this architecture`
  // The version is the file's and not the extension's: its release file has the directory's name.
  return { name, file: name.name, path: `${there.path}/${picked.name}`, kind: picked.kind }
}

const layerOf = (reader: Reader, id: string, kind: ExtensionClass, found: Found, base: OsRelease): Layer | string => {
  const { name, file, path } = found
  const common = { name: name.name, file, path }
  if (found.kind === 'file' && name.form === 'image') {
    const found = readImage(reader, path)
    if ('reason' in found) return found.reason
    const dir = (found.image.disk === undefined ? imageDir : diskDir)(id, kind, name.name)
    if (mountUnit(dir).length > LONGEST_UNIT_NAME) return 'has too long a name'
    return { ...common, image: found.image, lower: imageLayer(id, kind, name.name) }
  }
  if (found.kind !== 'directory') return 'is neither a directory nor an image NAME.raw'
  const lower = `${path}/${HIERARCHY[kind]}`
  if (isLongerThan(lower, LONGEST_OPTION)) return 'has too long a name'
  return checkTree(reader, path, file, kind, base) ?? { ...common, image: undefined, lower }
}

/** What a tenant's extensions are laid over. */
interface Ground {
  readonly id: string
  readonly extensions: Extensions
  readonly hasRootfs: boolean
  /** The host's os-release. */
  readonly hostRelease: () => OsRelease
}

/** The hierarchy below all extensions. /etc is never the host's: shadow and keys would become a tenant's. */
const baseOf = (
  reader: Reader,
  { id, extensions, hasRootfs }: Ground,
  kind: ExtensionClass,
): Pick<Stack, 'base' | 'overRootfs'> | undefined => {
  if (kind === 'sysext' && extensions.base === 'host') return { base: '/usr', overRootfs: false }
  if (hasRootfs && reader.stat(`${rootfs(id)}/${HIERARCHY[kind]}`)?.kind === 'directory') {
    return { base: `${boundRootfs(id)}/${HIERARCHY[kind]}`, overRootfs: true }
  }
  return kind === 'confext' ? { base: emptyLayer(id), overRootfs: false } : undefined
}

/** The os-release that decides what fits: the tenant's own where its tree is what lies below, else the host's. */
const baseRelease = (
  reader: Reader,
  { id, extensions, hasRootfs, hostRelease }: Ground,
  kind: ExtensionClass,
): OsRelease => {
  const own = kind === 'sysext' ? extensions.base === 'rootfs' : hasRootfs
  return own ? readOsRelease(reader, rootfs(id)) : hostRelease()
}

const byVersion = (a: DirEntry, b: DirEntry): number => compareVersions(b.name, a.name) || (a.name < b.name ? 1 : -1)

/** Undefined when there is nothing to mount. One bad extension is left out, the others stay. */
const readStack = (reader: Reader, ground: Ground, kind: ExtensionClass): Checked<Stack | undefined> => {
  const { id } = ground
  const dir = extensionDir(id, kind)
  const listed = listOwn(reader, id, `extensions/${kind}`)
  if ('link' in listed) {
    // What stands in the place of both classes' parent is told once.
    const isTold = listed.link !== dir && kind === 'confext'
    return { value: undefined, problems: isTold ? [] : [leaveOut(id, listed.link, 'is a link', 'its extensions')] }
  }
  const entries = listed.filter(({ name }) => !name.startsWith('.'))
  if (entries.length === 0) return { value: undefined, problems: [] }

  const base = baseOf(reader, ground, kind)
  if (base === undefined) {
    const missing = `${rootfs(id)}/${HIERARCHY[kind]}`
    const problem = leaveOut(id, missing, 'is not there, and extensions.base is "rootfs"', "the tenant's extensions")
    return { value: undefined, problems: [problem] }
  }
  const release = baseRelease(reader, ground, kind)
  const layers: Layer[] = []
  const problems: Problem[] = []
  for (const entry of [...entries].sort(byVersion)) {
    const path = `${dir}/${entry.name}`
    const layer = checkEntry(reader, id, kind, entry, release)
    if (typeof layer === 'string') problems.push(leaveOut(id, path, layer))
    else if (layers.some(({ name }) => name === layer.name))
      problems.push(leaveOut(id, path, `there is another extension '${layer.name}'`))
    else layers.push(layer)
  }
  return { value: layers.length === 0 ? undefined : { kind, layers, ...base, release }, problems }
}

const checkEntry = (
  reader: Reader,
  id: string,
  kind: ExtensionClass,
  entry: DirEntry,
  release: OsRelease,
): Layer | string =>
  orElse<Layer | string>(
    () => {
      const found = find(reader, id, kind, entry)
      return typeof found === 'string' ? found : layerOf(reader, id, kind, found, release)
    },
    ({ path, reason }) => (path === `${extensionDir(id, kind)}/${entry.name}` ? reason : `${path} ${reason}`),
  )

/** False where `readStacks` would find nothing, and nothing to say; a look at two directories. */
export const mayHaveExtensions = (reader: Reader, id: string): boolean =>
  orElse(
    () =>
      EXTENSION_CLASSES.some((kind) => (reader.listInside(TENANTS_DIR, `${id}/extensions/${kind}`)?.length ?? 0) > 0),
    () => true,
  )

/** Both classes' stacks of a tenant that has a directory, as far as there is something to mount. */
export const readStacks = (
  reader: Reader,
  { id, extensions }: Pick<Tenant, 'id' | 'extensions'>,
  hostRelease: () => OsRelease = () => readOsRelease(reader, ''),
): Checked<readonly Stack[]> => {
  const ground: Ground = { id, extensions, hasRootfs: readHasRootfs(reader, id), hostRelease }
  const stacks = EXTENSION_CLASSES.map((kind) => readStack(reader, ground, kind))
  return { value: stacks.flatMap(({ value }) => value ?? []), problems: stacks.flatMap(({ problems }) => problems) }
}
