import { releaseNames } from '../extensions/name.ts'
import type { Reader } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { formatImageName, isVersion, parseImageName, suffixOf } from './name.ts'
import type { Source } from './source.ts'

/** Where an image goes, and what its name says. */
export interface Destination {
  readonly directory: string
  readonly file: string
  readonly version: string | undefined
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const directoryOf = (path: string): string => {
  const at = path.lastIndexOf('/')
  return at < 0 ? '.' : path.slice(0, at) || '/'
}

/** What the entries of a `.v` directory end in, systemd.v(7). Throws HostError where it is another extension's. */
const suffixIn = (directory: string, { kind, name }: Source): string => {
  const plain = lastOf(directory).slice(0, -'.v'.length)
  const suffix = suffixOf(plain, kind)
  const its = suffix === '' ? plain : plain.slice(0, -suffix.length)
  if (its !== name) throw new HostError(directory, `is for versions of '${its}', this is '${name}'`)
  if (!suffix.endsWith('.raw'))
    throw new HostError(directory, `is for trees, images go to ${name}.${kind}.raw.v, NAME-05`)
  return suffix
}

const inDirectory = (directory: string, source: Source, version: string | undefined): Destination => {
  const { kind, name, architecture } = source
  const isVersioned = lastOf(directory).endsWith('.v')
  if (isVersioned && version === undefined)
    throw new HostError(
      directory,
      `takes versions only, and the tree names none: --image-version, or ${kind.toUpperCase()}_VERSION_ID in its extension-release.${name}`,
    )
  const suffix = isVersioned ? suffixIn(directory, source) : `.${kind}.raw`
  const stem = formatImageName({ name, version, architecture, tries: undefined })
  return { directory, file: `${stem}${suffix}`, version }
}

/** A name that the administrator has chosen: systemd has to find the release file by it. */
const asNamed = (path: string, { kind, name }: Source, version: string | undefined): Destination => {
  const file = lastOf(path)
  const other = kind === 'sysext' ? 'confext' : 'sysext'
  if (!file.endsWith('.raw')) throw new HostError(path, "is not called '….raw', so systemd would not see it, FMT-02")
  if (file.endsWith(`.${other}.raw`))
    throw new HostError(path, `is called a ${other} and the tree is a ${kind}, FMT-04`)
  if (!releaseNames(file, kind).includes(name))
    throw new HostError(
      path,
      `is not called ${name} or ${name}_VERSION, so extension-release.${name} is not found in it`,
    )
  const said = parseImageName(file.slice(0, -suffixOf(file, kind).length))?.version
  if (file.includes('_') && said === undefined) throw new HostError(path, 'is no NAME_VERSION[_ARCH].raw, NAME-01')
  if (said !== undefined && version !== undefined && said !== version)
    throw new HostError(path, `says version ${said}, it is to be ${version}`)
  return { directory: directoryOf(path), file, version: said ?? version }
}

/** Through links, as an administrator means it. */
const isDirectory = (reader: Reader, path: string): boolean =>
  orElse(
    () => reader.readDir(path) !== undefined,
    () => false,
  )

/** `out` is a file, or a directory for which a name is made. Throws HostError for names under which nobody would find it. */
export const destinationOf = (reader: Reader, out: string, source: Source, asked: string | undefined): Destination => {
  if (asked !== undefined && !isVersion(asked))
    throw new HostError(asked, 'is no version: letters, digits, and . ~ ^ - only, UAPI.10')
  const version = asked ?? source.version
  const path = out.replace(/\/+$/, '') || '/'
  const isOfMany = out.endsWith('/') || path.endsWith('.v') || isDirectory(reader, path)
  return isOfMany ? inDirectory(path, source, version) : asNamed(path, source, version)
}
