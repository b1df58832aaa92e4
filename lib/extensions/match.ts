import type { ExtensionClass } from '../layout/paths.ts'
import type { OsRelease } from '../systemd/os-release.ts'
import { isArchitecture } from './name.ts'

/** Why an extension does not fit, and by which rule of lib/compliance. */
export interface Mismatch {
  readonly rule: 'EXTREL-07' | 'EXTREL-08' | 'EXTREL-09' | 'EXTREL-10' | 'EXTREL-11'
  readonly message: string
}

type Judgement = Mismatch | undefined

const wordsOf = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((word) => word !== '')

/** Undefined where an unset and an empty value mean the same. */
const given = (release: OsRelease, key: string): string | undefined => release.get(key) || undefined

const architectureMismatch = (extension: OsRelease, architecture: string): Judgement => {
  const wanted = given(extension, 'ARCHITECTURE')
  if (wanted === undefined || wanted === '_any' || wanted === architecture) return undefined
  return isArchitecture(wanted)
    ? { rule: 'EXTREL-10', message: `is for architecture '${wanted}', this is ${architecture}` }
    : { rule: 'EXTREL-09', message: `ARCHITECTURE=${wanted} is no architecture that systemd knows` }
}

const scopeMismatch = (extension: OsRelease, prefix: string, wanted: string): Judgement => {
  const scope = extension.get(`${prefix}_SCOPE`)
  const words = scope === undefined ? ['system', 'portable'] : wordsOf(scope)
  if (words.includes(wanted)) return undefined
  const said = scope === undefined ? `an unset ${prefix}_SCOPE` : `${prefix}_SCOPE=${scope}`
  return { rule: 'EXTREL-11', message: `${said} does not name '${wanted}'` }
}

const versionMismatch = (extension: OsRelease, base: OsRelease, prefix: string): Judgement => {
  const rule = 'EXTREL-08'
  const level = given(extension, `${prefix}_LEVEL`)
  const baseLevel = given(base, `${prefix}_LEVEL`)
  if (level !== undefined && baseLevel !== undefined) {
    if (level === baseLevel) return undefined
    return { rule, message: `is for ${prefix}_LEVEL=${level}, the base has ${baseLevel}` }
  }
  const version = given(extension, 'VERSION_ID')
  const baseVersion = given(base, 'VERSION_ID')
  if (baseVersion === undefined || version === baseVersion) return undefined
  return version === undefined
    ? { rule, message: `names no VERSION_ID, the base has ${baseVersion}` }
    : { rule, message: `is for version '${version}', the base has '${baseVersion}'` }
}

const idMismatch = (extension: OsRelease, base: OsRelease, prefix: string): Judgement => {
  const rule = 'EXTREL-07'
  const [id, baseId] = [given(extension, 'ID'), given(base, 'ID')]
  if (id === undefined) return { rule, message: 'names no ID' }
  if (baseId === undefined) return { rule, message: `is for '${id}', the base names no ID in its os-release` }
  if (id === '_any') return undefined
  return id === baseId || wordsOf(base.get('ID_LIKE')).includes(id)
    ? versionMismatch(extension, base, prefix)
    : { rule, message: `is for '${id}', the base is '${baseId}'` }
}

/**
 * Why an extension must not be laid over a base; nothing when it fits. extension-release in os-release(5), UAPI.4, and
 * what systemd 262 does with them (rules EXTREL-07 to EXTREL-11). `scope`: `initrd` where the base is one.
 */
export const mismatches = (
  extension: OsRelease,
  base: OsRelease,
  kind: ExtensionClass,
  architecture: string,
  scope: 'system' | 'initrd' = 'system',
): readonly Mismatch[] => {
  const prefix = kind.toUpperCase()
  return [
    scopeMismatch(extension, prefix, scope),
    architectureMismatch(extension, architecture),
    idMismatch(extension, base, prefix),
  ].flatMap((one) => one ?? [])
}
