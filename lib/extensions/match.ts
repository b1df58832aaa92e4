import type { ExtensionClass } from '../layout/paths.ts'
import type { OsRelease } from '../systemd/os-release.ts'
import { isArchitecture } from './name.ts'

const wordsOf = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((word) => word !== '')

/** Undefined where an unset and an empty value mean the same. */
const given = (release: OsRelease, key: string): string | undefined => release.get(key) || undefined

const architectureMismatch = (extension: OsRelease, architecture: string): string | undefined => {
  const wanted = given(extension, 'ARCHITECTURE')
  if (wanted === undefined || wanted === '_any' || wanted === architecture) return undefined
  return isArchitecture(wanted)
    ? `is for architecture '${wanted}', this is ${architecture}`
    : `ARCHITECTURE=${wanted} is no architecture that systemd knows`
}

const scopeMismatch = (extension: OsRelease, prefix: string): string | undefined => {
  const scope = extension.get(`${prefix}_SCOPE`)
  return scope === undefined || wordsOf(scope).includes('system')
    ? undefined
    : `${prefix}_SCOPE=${scope} does not name 'system'`
}

const versionMismatch = (extension: OsRelease, base: OsRelease, prefix: string): string | undefined => {
  const level = given(extension, `${prefix}_LEVEL`)
  const baseLevel = given(base, `${prefix}_LEVEL`)
  if (level !== undefined && baseLevel !== undefined) {
    return level === baseLevel ? undefined : `is for ${prefix}_LEVEL=${level}, the base has ${baseLevel}`
  }
  const version = given(extension, 'VERSION_ID')
  const baseVersion = given(base, 'VERSION_ID')
  if (baseVersion === undefined || version === baseVersion) return undefined
  return version === undefined
    ? `names no VERSION_ID, the base has ${baseVersion}`
    : `is for version '${version}', the base has '${baseVersion}'`
}

/**
 * Why an extension must not be laid over a base; undefined when it fits. extension-release in os-release(5), UAPI.4, and
 * what systemd 262 does with them (rules EXTREL-07 to EXTREL-11).
 */
export const mismatch = (
  extension: OsRelease,
  base: OsRelease,
  kind: ExtensionClass,
  architecture: string,
): string | undefined => {
  const prefix = kind.toUpperCase()
  const early = scopeMismatch(extension, prefix) ?? architectureMismatch(extension, architecture)
  if (early !== undefined) return early
  const id = given(extension, 'ID')
  if (id === undefined) return 'names no ID'
  if (id === '_any') return undefined
  const baseId = given(base, 'ID')
  if (id !== (baseId ?? 'linux') && !wordsOf(base.get('ID_LIKE')).includes(id)) {
    return baseId === undefined
      ? `is for '${id}', the base names no ID in its os-release`
      : `is for '${id}', the base is '${baseId}'`
  }
  return versionMismatch(extension, base, prefix)
}
