import { isArchitecture } from '../extensions/name.ts'
import { RELEASE_DIR } from '../extensions/release.ts'
import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { EXTENSION_CLASSES, type ExtensionClass } from '../layout/paths.ts'
import type { OsRelease } from '../systemd/os-release.ts'
import { parseOsRelease } from '../systemd/os-release.ts'
import { isExtensionName, isVersion } from './name.ts'

/** A tree that an extension image is made of, as its release file describes it. */
export interface Source {
  readonly dir: string
  readonly kind: ExtensionClass
  readonly name: string
  /** What it says of its own version; none of the system that it is for. */
  readonly version: string | undefined
  /** Undefined for one that fits all. */
  readonly architecture: string | undefined
}

const LARGEST_RELEASE = 64 << 10
const PREFIX = 'extension-release.'

/** Names for which there is a release file of this class. */
const namesIn = (reader: Reader, dir: string, kind: ExtensionClass): readonly string[] =>
  (reader.listInside(dir, RELEASE_DIR[kind]) ?? [])
    .filter((entry) => entry.name.startsWith(PREFIX) && (entry.kind === 'file' || entry.kind === 'link'))
    .map((entry) => entry.name.slice(PREFIX.length))

const classOf = (reader: Reader, dir: string, asked: ExtensionClass | undefined): ExtensionClass => {
  if (asked !== undefined) return asked
  const [first, second] = EXTENSION_CLASSES.filter((kind) => namesIn(reader, dir, kind).length > 0)
  if (first === undefined) {
    const places = EXTENSION_CLASSES.map((kind) => `${RELEASE_DIR[kind]}/${PREFIX}NAME`).join(' nor ')
    throw new HostError(dir, `is no extension: it has neither ${places}`)
  }
  if (second !== undefined) throw new HostError(dir, 'is both sysext and confext: say which with --class')
  return first
}

/** `tools` of `/srv/tools.sysext/`. */
const ownName = (dir: string, kind: ExtensionClass): string => {
  const last = dir.replace(/\/+$/, '').split('/').pop() ?? ''
  return last.endsWith(`.${kind}`) ? last.slice(0, -kind.length - 1) : last
}

const nameOf = (reader: Reader, dir: string, kind: ExtensionClass): string => {
  const names = namesIn(reader, dir, kind)
  const where = `${dir}/${RELEASE_DIR[kind]}`
  const name = names.length === 1 ? names[0] : names.find((one) => one === ownName(dir, kind))
  if (name === undefined)
    throw new HostError(
      where,
      names.length === 0 ? `has no ${PREFIX}NAME` : `has several, and none is ${PREFIX}${ownName(dir, kind)}`,
    )
  if (!isExtensionName(name))
    throw new HostError(`${where}/${PREFIX}${name}`, "has a name that no image can have: '_' and '+' end it, EXTREL-03")
  return name
}

const releaseOf = (reader: Reader, dir: string, path: string): OsRelease => {
  const text = reader.readFileInside(dir, path, LARGEST_RELEASE)?.text
  if (text === undefined) throw new HostError(`${dir}/${path}`, 'is a link that leads nowhere')
  const parsed = parseOsRelease(text)
  if ('error' in parsed) throw new HostError(`${dir}/${path}:${parsed.line}`, parsed.error)
  return parsed.values
}

const architectureIn = (release: OsRelease, file: string): string | undefined => {
  const value = release.get('ARCHITECTURE') ?? ''
  if (value === '' || value === '_any') return undefined
  if (!isArchitecture(value)) throw new HostError(file, `ARCHITECTURE=${value} is no architecture that systemd knows`)
  return value
}

/** What a tree is. Throws HostError for one that is no extension. */
export const readSource = (reader: Reader, dir: string, asked: ExtensionClass | undefined): Source => {
  if (reader.readDir(dir) === undefined) throw new HostError(dir, 'is not there')
  const kind = classOf(reader, dir, asked)
  const name = nameOf(reader, dir, kind)
  const path = `${RELEASE_DIR[kind]}/${PREFIX}${name}`
  const release = releaseOf(reader, dir, path)
  const prefix = kind.toUpperCase()
  const version = release.get(`${prefix}_VERSION_ID`) || release.get(`${prefix}_IMAGE_VERSION`) || undefined
  if (version !== undefined && !isVersion(version))
    throw new HostError(`${dir}/${path}`, `'${version}' can be no version in the name of an image, UAPI.10`)
  return { dir, kind, name, version, architecture: architectureIn(release, `${dir}/${path}`) }
}
