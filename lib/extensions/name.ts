import type { DirEntry } from '../host/host.ts'
import type { ExtensionClass } from '../layout/paths.ts'
import { compareVersions } from '../systemd/versions.ts'

/** What the name of a file in `extensions/CLASS` says, before anybody looks inside. */
export interface ExtensionName {
  /** The extension's name: without `.v`, `.raw` and the class suffix; systemd-sysext(8). */
  readonly name: string
  readonly form: 'tree' | 'image'
  /** A `.v` directory of versions, systemd.v(7). */
  readonly versioned: boolean
  /** What stood behind the name, without `.v`; what all in such a directory end with. */
  readonly suffix: string
}

const withoutSuffix = (text: string, suffix: string): string =>
  text.endsWith(suffix) ? text.slice(0, -suffix.length) : text

/**
 * What neither a unit file nor an option of mount(8) can hold in a path: mount(8) takes `"` for a quote even inside an
 * option, and of `\` it, the kernel and unit files each make something else; of a space at the end of a line nothing is left.
 */
const UNMOUNTABLE = /[\u0000-\u001f\u007f"\\\ufffd]|\s$/

export const isMountable = (path: string): boolean => !UNMOUNTABLE.test(path)

const isName = (text: string): boolean => /^[^./][^/]*$/.test(text) && isMountable(text)

/** Undefined when no extension can be called that. */
export const parseExtensionName = (file: string, kind: ExtensionClass): ExtensionName | undefined => {
  const versioned = file.endsWith('.v')
  const plain = withoutSuffix(file, '.v')
  const form = plain.endsWith('.raw') ? 'image' : 'tree'
  const name = withoutSuffix(withoutSuffix(plain, '.raw'), `.${kind}`)
  return isName(name) ? { name, form, versioned, suffix: plain.slice(name.length) } : undefined
}

const ARCHITECTURE =
  /^(?:alpha|arc|arc-be|arm|arm-be|arm64|arm64-be|cris|ia64|loongarch64|m68k|mips|mips-le|mips64|mips64-le|nios2|parisc|parisc64|ppc|ppc-le|ppc64|ppc64-le|riscv32|riscv64|s390|s390x|sh|sh64|sparc|sparc64|tilegx|x86|x86-64)$/

export const isArchitecture = (text: string): boolean => ARCHITECTURE.test(text)

/** Attempts to boot, automatic boot assessment: `+0-3`. */
const TRIES = /\+([0-9]+)(?:-([0-9]+))?$/

/** What else such a machine can run, systemd's ARCHITECTURE_SECONDARY. */
const SECONDARY: Readonly<Record<string, string>> = { 'x86-64': 'x86', arm64: 'arm' }

/** One of a `.v` directory's entries. */
export interface Version {
  readonly entry: DirEntry
  readonly version: string
  /** 0: this machine's own, 1: its other one, 2: any. */
  readonly architecture: number
  /** Infinity: it is not counted. */
  readonly left: number
  readonly done: number
}

const versionOf = (entry: DirEntry, { name, suffix }: ExtensionName, architecture: string): Version | undefined => {
  const file = entry.name
  if (!isName(file) || !file.startsWith(`${name}_`) || !file.endsWith(suffix)) return undefined
  const stem = file.slice(name.length + 1, file.length - suffix.length)
  const tries = TRIES.exec(stem)
  let version = stem.replace(TRIES, '')
  const end = version.lastIndexOf('_')
  const last = version.slice(end + 1)
  const runs = [architecture, SECONDARY[architecture]].indexOf(last)
  // What is no name of an architecture is thrown away, and then it is one for all.
  if (end >= 0 && runs < 0 && isArchitecture(last)) return undefined
  if (end >= 0) version = version.slice(0, end)
  return /^[A-Za-z0-9.~^-]+$/.test(version)
    ? {
        entry,
        version,
        architecture: end >= 0 && runs >= 0 ? runs : 2,
        left: tries === null ? Infinity : Number(tries[1]),
        done: tries === null ? Infinity : Number(tries[2] ?? 0),
      }
    : undefined
}

const order = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

/** Which of two is taken: negative for the first. UAPI.10 and UAPI.11, as systemd.v(7) picks. */
export const byPreference = (a: Version, b: Version): number =>
  order(Number(a.left === 0), Number(b.left === 0)) ||
  compareVersions(b.version, a.version) ||
  order(a.architecture, b.architecture) ||
  order(b.left, a.left) ||
  order(a.done, b.done) ||
  (a.entry.name < b.entry.name ? 1 : -1)

/** Those of a `.v` directory that this architecture can use, first the one that is taken. */
export const versionsIn = (
  entries: readonly DirEntry[],
  name: ExtensionName,
  architecture: string,
): readonly Version[] => entries.flatMap((entry) => versionOf(entry, name, architecture) ?? []).sort(byPreference)

/** The one that is taken. Undefined also where that is of the wrong kind: no other one is taken for it. */
export const pickVersion = (
  entries: readonly DirEntry[],
  name: ExtensionName,
  architecture: string,
): DirEntry | undefined => {
  const picked = versionsIn(entries, name, architecture)[0]?.entry
  return picked?.kind === (name.form === 'image' ? 'file' : 'directory') ? picked : undefined
}

/** Names under which an extension's release file may stand: its own, then without version and tries; extension-release(5). */
export const releaseNames = (file: string, kind: ExtensionClass): readonly string[] => {
  const own = withoutSuffix(withoutSuffix(file, '.raw'), `.${kind}`)
  const bare = own.replace(/[_+][\s\S]*$/, '')
  return bare === own || bare === '' ? [own] : [own, bare]
}
