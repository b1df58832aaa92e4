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
  return isName(name) ? { name, form, versioned } : undefined
}

interface Version {
  readonly entry: DirEntry
  readonly version: string
  /** No boot attempts left, automatic boot assessment: `+0-3`. */
  readonly spent: boolean
}

const TRIES = /\+([0-9]+)(?:-[0-9]+)?$/

const ARCHITECTURE =
  /^(?:alpha|arc|arc-be|arm|arm-be|arm64|arm64-be|cris|ia64|loongarch64|m68k|mips|mips-le|mips64|mips64-le|nios2|parisc|parisc64|ppc|ppc-le|ppc64|ppc64-le|riscv32|riscv64|s390|s390x|sh|sh64|sparc|sparc64|tilegx|x86|x86-64)$/

export const isArchitecture = (text: string): boolean => ARCHITECTURE.test(text)

const versionOf = (
  entry: DirEntry,
  { name, form }: ExtensionName,
  kind: ExtensionClass,
  architecture: string,
): Version | undefined => {
  if (!isName(entry.name)) return undefined
  const image = entry.name.endsWith('.raw')
  if (entry.kind !== (image ? 'file' : 'directory') || (form === 'image' && !image)) return undefined
  const stem = withoutSuffix(withoutSuffix(entry.name, '.raw'), `.${kind}`)
  const tries = TRIES.exec(stem)
  const rest = stem.replace(TRIES, '')
  if (!rest.startsWith(`${name}_`)) return undefined
  const parts = rest.slice(name.length + 1).split('_')
  const last = parts.at(-1) as string
  if (parts.length > 1 && isArchitecture(last)) {
    if (last !== architecture) return undefined
    parts.pop()
  }
  const version = parts.join('_')
  return version === '' ? undefined : { entry, version, spent: tries?.[1] === '0' }
}

/** The newest of a `.v` directory that this architecture can use: UAPI.10 and UAPI.11, as systemd.v(7) picks. */
export const pickVersion = (
  entries: readonly DirEntry[],
  name: ExtensionName,
  kind: ExtensionClass,
  architecture: string,
): DirEntry | undefined =>
  entries
    .flatMap((entry) => versionOf(entry, name, kind, architecture) ?? [])
    .sort(
      (a, b) =>
        Number(a.spent) - Number(b.spent) ||
        compareVersions(b.version, a.version) ||
        (a.entry.name < b.entry.name ? 1 : -1),
    )[0]?.entry

/** Names under which an extension's release file may stand: its own, then without version and tries; extension-release(5). */
export const releaseNames = (file: string, kind: ExtensionClass): readonly string[] => {
  const own = withoutSuffix(withoutSuffix(file, '.raw'), `.${kind}`)
  const bare = own.replace(/[_+][\s\S]*$/, '')
  return bare === own || bare === '' ? [own] : [own, bare]
}
