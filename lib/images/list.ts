import { partitionType } from '../compliance/ddi/types.ts'
import { readImage } from '../extensions/image.ts'
import { parseExtensionName, versionsIn } from '../extensions/name.ts'
import { readStacks } from '../extensions/stack.ts'
import { parseGpt } from '../formats/gpt.ts'
import type { DirEntry, Reader, Stat } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { resolveInside } from '../host/resolve.ts'
import { EXTENSION_CLASSES, type ExtensionClass, extensionDir, tenantDir } from '../layout/paths.ts'
import { listOwn } from '../tenant/disk.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { type ImageName, parseImageName, suffixOf } from './name.ts'

/**
 * `current`: laid over the tenant's hierarchy by its next start or reload. `kept`: another version is. `bad`: it has no
 * attempts left. `foreign`: for another architecture. `left out`: `why` says it.
 */
export type State = 'current' | 'kept' | 'bad' | 'foreign' | 'left out'

/** One version of an extension of a tenant, or one without versions. */
export interface Listed {
  readonly tenant: string
  readonly class: ExtensionClass
  readonly name: string
  readonly version?: string | undefined
  readonly architecture?: string | undefined
  readonly tries?: ImageName['tries']
  readonly file: string
  readonly state: State
  readonly format: 'tree' | 'squashfs' | 'erofs' | 'ddi' | 'unknown'
  /** Of a ddi: whether it has hashes of dm-verity, and a signature of those. */
  readonly verity?: 'hashes' | 'signed' | undefined
  /** In bytes; of an image. */
  readonly size?: number | undefined
  /** Of the tenant's git repository, or put there by an administrator. */
  readonly from: 'repository' | 'local'
  readonly why?: string | undefined
}

/** Something in `extensions/CLASS` or in one of its `.v` directories. */
interface Found {
  readonly file: string
  readonly entry: DirEntry
  readonly name: string
  /** Whether this architecture can use it at all. */
  readonly isUsable: boolean
}

/** What readStacks makes of the tenant: paths that are used, and why others are not. */
interface Verdict {
  readonly used: ReadonlySet<string>
  readonly problems: ReadonlyMap<string, string>
}

const verdictOf = (reader: Reader, tenant: Tenant): Verdict => {
  const { value, problems } = readStacks(reader, tenant)
  return {
    used: new Set(value.flatMap(({ layers }) => layers.map(({ path }) => path))),
    problems: new Map(
      problems.map(({ at, message }) => [at.file, message.replace(/, leaving the extension out$/, '')]),
    ),
  }
}

const inShelf = (reader: Reader, directory: string, kind: ExtensionClass, entry: DirEntry): readonly Found[] => {
  const path = `${directory}/${entry.name}`
  const parsed = parseExtensionName(entry.name, kind)
  if (parsed === undefined || !parsed.versioned || entry.kind !== 'directory')
    return [{ file: path, entry, name: parsed?.name ?? entry.name, isUsable: true }]
  const inside = (reader.readDir(path)?.entries ?? []).filter(({ name }) => !name.startsWith('.'))
  const usable = versionsIn(inside, parsed, reader.architecture())
  const rank = (one: DirEntry): number => {
    const at = usable.findIndex((version) => version.entry === one)
    return at < 0 ? usable.length : at
  }
  return [...inside]
    .sort((a, b) => rank(a) - rank(b))
    .map((one) => ({
      file: `${path}/${one.name}`,
      entry: one,
      name: parsed.name,
      isUsable: rank(one) < usable.length,
    }))
}

type Contents = Pick<Listed, 'format' | 'verity'>

const diskOf = (reader: Reader, path: string, size: number): Contents => {
  const gpt = parseGpt((offset, length) => reader.readBytes(path, offset, length), size)
  if (gpt === undefined) return { format: 'unknown' }
  const parts = gpt.partitions.map(({ type }) => partitionType(type)?.part)
  const verity = parts.includes('verity-sig') ? 'signed' : parts.includes('verity') ? 'hashes' : undefined
  return { format: 'ddi', verity }
}

const contentsOf = (reader: Reader, path: string, stat: Pick<Stat, 'kind' | 'size'>): Contents => {
  if (stat.kind === 'directory') return { format: 'tree' }
  return orElse<Contents>(
    () => {
      const found = readImage(reader, path)
      const isPlain = 'image' in found && found.image.disk === undefined
      return isPlain ? { format: found.image.type } : diskOf(reader, path, stat.size)
    },
    () => ({ format: 'unknown' }),
  )
}

/** Where a link leads, as long as that is the tenant's own. */
const realOf = (reader: Reader, id: string, file: string): string =>
  orElse(
    () => resolveInside(reader, tenantDir(id), file.slice(tenantDir(id).length + 1))?.path ?? file,
    () => file,
  )

const stateOf = (verdict: Verdict, found: Found, real: string, name: ImageName | undefined): State => {
  if (verdict.used.has(real)) return 'current'
  if (!found.isUsable) return name?.architecture === undefined ? 'left out' : 'foreign'
  if (name?.tries?.left === 0) return 'bad'
  return found.name === found.entry.name || verdict.problems.has(found.file) ? 'left out' : 'kept'
}

const listedOf = (reader: Reader, tenant: Tenant, kind: ExtensionClass, found: Found, verdict: Verdict): Listed => {
  const { id } = tenant
  const { file, entry } = found
  const last = file.slice(file.lastIndexOf('/') + 1)
  const name = parseImageName(last.slice(0, last.length - suffixOf(last, kind).length))
  const real = realOf(reader, id, file)
  const stat = reader.stat(real)
  const shelf = file.slice(0, file.lastIndexOf('/'))
  const state = stateOf(verdict, found, real, name)
  const why = verdict.problems.get(file) ?? verdict.problems.get(shelf) ?? 'is not called as a version is here'
  return {
    tenant: id,
    class: kind,
    name: found.name,
    version: name?.version,
    architecture: name?.architecture,
    tries: name?.tries,
    file,
    state,
    ...contentsOf(reader, real, stat ?? { kind: entry.kind, size: 0 }),
    size: stat?.kind === 'file' ? stat.size : undefined,
    from: /^(?:trees|revisions)\//.test(real.slice(tenantDir(id).length + 1)) ? 'repository' : 'local',
    why: state === 'left out' ? why : undefined,
  }
}

/** All extensions of a tenant, sorted by class and name, of each first the version that is taken. */
export const listImages = (reader: Reader, tenant: Tenant): readonly Listed[] => {
  const verdict = verdictOf(reader, tenant)
  return EXTENSION_CLASSES.flatMap((kind) => {
    const listed = listOwn(reader, tenant.id, `extensions/${kind}`)
    if ('link' in listed) return []
    return listed
      .filter(({ name }) => !name.startsWith('.'))
      .flatMap((entry) => inShelf(reader, extensionDir(tenant.id, kind), kind, entry))
      .map((found) => listedOf(reader, tenant, kind, found, verdict))
  })
}
