import type { Reader } from '../host/host.ts'
import type { ExtensionClass } from '../layout/paths.ts'
import type { OsRelease } from '../systemd/os-release.ts'
import { parseOsRelease } from '../systemd/os-release.ts'
import { mismatches } from './match.ts'
import { releaseNames } from './name.ts'

const LARGEST_RELEASE = 64 << 10

/** Where the file is that says what an extension is for. */
export const RELEASE_DIR = { sysext: 'usr/lib/extension-release.d', confext: 'etc/extension-release.d' } as const
const OS_RELEASE = { sysext: 'usr/lib/os-release', confext: 'etc/os-release' } as const

/** A file inside a tree that its owner may have filled with links; read only if it is inside. */
const readInside = (reader: Reader, tree: string, relative: string): string | undefined =>
  reader.readFileInside(tree, relative, LARGEST_RELEASE)?.text

/** The os-release of a root, trusted or not; empty when it has none that can be read. */
export const readOsRelease = (reader: Reader, root: string): OsRelease => {
  const read = (relative: string): string | undefined =>
    root === '' ? reader.readFile(`/${relative}`, LARGEST_RELEASE)?.text : readInside(reader, root, relative)
  const text = read('etc/os-release') ?? read('usr/lib/os-release')
  const parsed = text === undefined ? undefined : parseOsRelease(text)
  return parsed !== undefined && 'values' in parsed ? parsed.values : new Map()
}

/**
 * Why the extension unpacked or mounted at `tree` must be left out; undefined when it fits. `file` is the name it has in
 * its directory. Throws HostError for a tree whose links lead out of it.
 */
export const checkTree = (
  reader: Reader,
  tree: string,
  file: string,
  kind: ExtensionClass,
  base: OsRelease,
): string | undefined => {
  const hierarchy = kind === 'sysext' ? 'usr' : 'etc'
  const top = reader.stat(`${tree}/${hierarchy}`)
  if (top?.kind !== 'directory') return top === undefined ? `has no ${hierarchy}/` : `${hierarchy} is not a directory`
  if (reader.stat(`${tree}/${OS_RELEASE[kind]}`) !== undefined)
    return `carries ${OS_RELEASE[kind]}, which belongs to the base`
  const names = releaseNames(file, kind)
  for (const name of names) {
    const text = readInside(reader, tree, `${RELEASE_DIR[kind]}/extension-release.${name}`)
    if (text === undefined) continue
    const parsed = parseOsRelease(text)
    if ('error' in parsed) return `extension-release.${name}:${parsed.line}: ${parsed.error}`
    if (parsed.values.size === 0) return `extension-release.${name} is empty`
    return mismatches(parsed.values, base, kind, reader.architecture())[0]?.message
  }
  return `has no ${RELEASE_DIR[kind]}/extension-release.${names.at(-1)}`
}
