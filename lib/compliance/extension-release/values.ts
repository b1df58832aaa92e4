import { isArchitecture } from '../../extensions/name.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import type { Check, Mode } from '../check.ts'
import { CONFEXT } from '../confext/rules.ts'
import { isReleaseName } from '../os-release/fields.ts'
import type { Rule } from '../rule.ts'
import { isUnitName } from '../unit-name.ts'
import type { Release } from './find.ts'
import { EXTREL } from './rules.ts'

const isVersion = (value: string): boolean => /^[A-Za-z0-9.~^+_-]+$/.test(value)

const SCOPES = ['system', 'initrd', 'portable']

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

type Tell = (rule: Rule, key: string, message: string, hint?: string) => void

/** `tell`s of a key, with the line of its last assignment. */
const teller = ({ report }: Check, { path, text }: Release): Tell => {
  const lines = text.split('\n')
  return (rule, key, message, hint) => {
    const line = lines.findLastIndex((one) => one.split('=')[0]?.trim() === key) + 1
    report(rule, path, message, { line, column: 1, ...(hint === undefined ? {} : { hint }) })
  }
}

const checkScope = (tell: Tell, key: string, scope: string | undefined): void => {
  if (scope === undefined) return
  const words = wordsOf(scope)
  if (words.length === 0) tell(EXTREL['EXTREL-11'], key, `${key} is empty: the extension is for nothing`)
  const wrong = words.find((word) => !SCOPES.includes(word))
  if (wrong !== undefined) tell(EXTREL['EXTREL-11'], key, `${key} has '${wrong}', expected ${SCOPES.join(', ')}`)
}

/** A parameter, as it stands in a template before it is instantiated. */
const PARAMETER = /^\{\{[A-Za-z0-9_]+\}\}$/

const checkArchitecture = (tell: Tell, mode: Mode, architecture: string): void => {
  if (architecture === '' || architecture === '_any' || isArchitecture(architecture)) return
  if (mode === 'source' && PARAMETER.test(architecture)) return
  const known: Readonly<Record<string, string>> = { amd64: 'x86-64', x86_64: 'x86-64', aarch64: 'arm64', any: '_any' }
  const meant = known[architecture]
  tell(
    EXTREL['EXTREL-09'],
    'ARCHITECTURE',
    `ARCHITECTURE='${architecture}' is none that systemd knows`,
    meant === undefined ? undefined : `ARCHITECTURE=${meant}`,
  )
}

const checkClass = (tell: Tell, kind: ExtensionClass, values: Release['values']): void => {
  const other = kind === 'sysext' ? 'CONFEXT' : 'SYSEXT'
  const foreign = [...values.keys()].filter((key) => key.startsWith(`${other}_`))
  const own = kind.toUpperCase()
  for (const key of foreign) {
    const namesake = key.replace(other, own)
    const isMeant = kind === 'confext' && /_(?:LEVEL|SCOPE)$/.test(key) && !values.has(namesake)
    if (isMeant) tell(CONFEXT['CONFEXT-03'], key, `${key} means nothing in a confext`, `${namesake}=${values.get(key)}`)
    else tell(EXTREL['EXTREL-13'], key, `${key} means nothing in a ${kind}`)
  }
}

const checkUnits = (tell: Tell, values: Release['values']): void => {
  const reload = values.get('EXTENSION_RELOAD_MANAGER')
  if (reload !== undefined && !/^[01]$/.test(reload))
    tell(EXTREL['EXTREL-14'], 'EXTENSION_RELOAD_MANAGER', `EXTENSION_RELOAD_MANAGER='${reload}', expected 0 or 1`)
  for (const key of ['EXTENSION_RESTART_UNITS', 'EXTENSION_RELOAD_OR_RESTART_UNITS']) {
    const wrong = wordsOf(values.get(key) ?? '').find((word) => !isUnitName(word))
    if (wrong !== undefined) tell(EXTREL['EXTREL-14'], key, `${key} has '${wrong}', which is no name of a unit`)
  }
}

/** Keys by which an image says what it is itself, and what their values have to look like. */
const ITSELF = [
  ['ID', isReleaseName],
  ['VERSION_ID', isVersion],
  ['IMAGE_ID', isReleaseName],
  ['IMAGE_VERSION', isVersion],
] as const

/** What can be said of the values without a base: EXTREL-07, -09, -11 to -14 and -16. */
export const checkValues = (check: Check, kind: ExtensionClass, release: Release): void => {
  const { values } = release
  const tell = teller(check, release)
  const prefix = kind.toUpperCase()
  const id = values.get('ID') ?? ''
  if (id === '') tell(EXTREL['EXTREL-07'], 'ID', 'names no ID', 'ID=_any fits every base')
  else if (id !== '_any' && !isReleaseName(id))
    tell(EXTREL['EXTREL-07'], 'ID', `ID='${id}', expected a-z, 0-9, ., _ and -, or _any`)
  checkArchitecture(tell, check.mode, values.get('ARCHITECTURE') ?? '')
  checkScope(tell, `${prefix}_SCOPE`, values.get(`${prefix}_SCOPE`))
  const level = values.get(`${prefix}_LEVEL`)
  if (level !== undefined && !isReleaseName(level))
    tell(EXTREL['EXTREL-12'], `${prefix}_LEVEL`, `${prefix}_LEVEL='${level}', expected a-z, 0-9, ., _ and -`)
  // With a base it is known whether that has one, and checkFit says so.
  if (check.base === undefined && id !== '' && id !== '_any' && !level && !values.get('VERSION_ID'))
    tell(EXTREL['EXTREL-08'], 'ID', `names neither VERSION_ID nor ${prefix}_LEVEL: fits only a base without versions`)
  checkClass(tell, kind, values)
  checkUnits(tell, values)
  for (const [name, isValid] of ITSELF) {
    const value = values.get(`${prefix}_${name}`)
    if (value !== undefined && !isValid(value))
      tell(EXTREL['EXTREL-16'], `${prefix}_${name}`, `${prefix}_${name}='${value}' is none that ${name} could have`)
  }
}
