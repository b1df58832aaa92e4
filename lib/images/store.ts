import { parseExtensionName, type Version, versionsIn } from '../extensions/name.ts'
import type { DirEntry, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { type ExtensionClass, extensionDir } from '../layout/paths.ts'
import { listOwn } from '../tenant/disk.ts'

/** What a tenant has in `extensions/CLASS`. Only root writes there. */

/** A directory of versions, systemd.v(7), of one extension. */
export interface Shelf {
  readonly kind: ExtensionClass
  readonly name: string
  readonly path: string
  /** What its entries end in: `.raw`, `.sysext.raw`. */
  readonly suffix: string
  /** First the one that is taken. */
  readonly versions: readonly Version[]
  /** All that is there, for other architectures as well. */
  readonly files: readonly string[]
}

const entriesOf = (reader: Reader, id: string, kind: ExtensionClass): readonly DirEntry[] => {
  const listed = listOwn(reader, id, `extensions/${kind}`)
  if ('link' in listed) throw new HostError(listed.link, 'is a link')
  return listed.filter(({ name }) => !name.startsWith('.'))
}

/** Those of an extension's name; more than one is a mistake that costs all of them but the first. */
const ofName = (entries: readonly DirEntry[], kind: ExtensionClass, name: string): readonly DirEntry[] =>
  entries.filter((entry) => parseExtensionName(entry.name, kind)?.name === name)

const shelfAt = (reader: Reader, id: string, kind: ExtensionClass, file: string): Shelf => {
  const path = `${extensionDir(id, kind)}/${file}`
  const parsed = parseExtensionName(file, kind)
  if (parsed === undefined) throw new HostError(path, 'has a name that no extension can have')
  const entries = reader.readDir(path)?.entries ?? []
  const versions = versionsIn(entries, parsed, reader.architecture())
  return { kind, name: parsed.name, path, suffix: parsed.suffix, versions, files: entries.map(({ name }) => name) }
}

/** The versions of an extension; undefined where there are none. Throws HostError when the name belongs to something else. */
export const findShelf = (reader: Reader, id: string, kind: ExtensionClass, name: string): Shelf | undefined => {
  const [entry, other] = ofName(entriesOf(reader, id, kind), kind, name)
  if (entry === undefined) return undefined
  const path = `${extensionDir(id, kind)}/${entry.name}`
  if (other !== undefined) throw new HostError(path, `and '${other.name}' are both the extension '${name}'`)
  if (entry.kind === 'link') throw new HostError(path, "is from the tenant's repository, or a link of somebody's")
  if (entry.kind !== 'directory' || !entry.name.endsWith('.v'))
    throw new HostError(path, `is the extension '${name}' without versions: remove it first`)
  return shelfAt(reader, id, kind, entry.name)
}

/** The same, or an empty one where it would be. */
export const shelfFor = (reader: Reader, id: string, kind: ExtensionClass, name: string): Shelf =>
  findShelf(reader, id, kind, name) ?? shelfAt(reader, id, kind, `${name}.${kind}.raw.v`)
