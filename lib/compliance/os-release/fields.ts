import { ARCHITECTURES } from '../../systemd/architectures.ts'
import type { Rule } from '../rule.ts'
import type { Assignment, Release } from './grammar.ts'
import { OSR } from './rules.ts'

/** What is wrong with a value: the rule, what it says after the key, and perhaps that it is no more than a warning. */
export interface BadField {
  readonly rule: Rule
  /** Undefined when the key is missing. */
  readonly at: Assignment | undefined
  readonly message: string
  readonly severity?: 'warning'
}

export const isReleaseName = (value: string): boolean => /^[a-z0-9._-]+$/.test(value)

const VERSION = /^[A-Za-z0-9.~^+_-]+$/
const NAME_WORDS = 'expected a to z, 0 to 9, ., _ and - alone'
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/

type Field = (value: string) => string | undefined

const unless =
  (holds: (value: string) => boolean, words: string): Field =>
  (value) =>
    holds(value) ? undefined : words

const name = unless(isReleaseName, NAME_WORDS)

const matches = (pattern: RegExp, words: string): Field => unless((value) => pattern.test(value), words)

const web = matches(/^https?:\/\/[^\s/]/, 'expected an address that begins with https:// or http://')
const contact = matches(
  /^(?:https?:\/\/[^\s/]|mailto:[^\s@]+@|tel:\+?[0-9])/,
  'expected an address of the web, mailto: or tel:',
)

const isHostName = (value: string): boolean =>
  value.length <= 64 && value.split('.').every((label) => label.length <= 63 && HOST_LABEL.test(label))

/** https://systemd.io, os-release(5): a C string, whose escapes are read before it is shown. */
const ESCAPES = /\\(?:[abfnrtv\\"'s]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3})/g
const badEscape = (value: string): string | undefined =>
  value.replace(ESCAPES, '').includes('\\') ? 'has an escape that C does not know' : undefined

const FIELDS: readonly (readonly [rule: Rule, keys: readonly string[], field: Field])[] = [
  [OSR['OSR-11'], ['ID'], name],
  [OSR['OSR-12'], ['ID_LIKE'], unless((value) => value.trim().split(/\s+/).every(isReleaseName), NAME_WORDS)],
  [
    OSR['OSR-13'],
    ['VERSION_ID', 'IMAGE_VERSION', 'VERSION_CODENAME'],
    matches(VERSION, 'expected letters, digits, ., ~, ^, _ and - alone'),
  ],
  [OSR['OSR-15'], ['VARIANT_ID', 'IMAGE_ID', 'RELEASE_TYPE'], name],
  [OSR['OSR-16'], ['SYSEXT_LEVEL', 'CONFEXT_LEVEL'], name],
  [OSR['OSR-18'], ['HOME_URL', 'DOCUMENTATION_URL', 'PRIVACY_POLICY_URL', 'VENDOR_URL'], web],
  [OSR['OSR-18'], ['SUPPORT_URL', 'BUG_REPORT_URL'], contact],
  [OSR['OSR-18'], ['SUPPORT_END'], matches(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'expected YYYY-MM-DD')],
  [OSR['OSR-18'], ['CPE_NAME'], matches(/^cpe:/, 'expected something that begins with cpe:')],
  [OSR['OSR-18'], ['ANSI_COLOR'], matches(/^[0-9;]+$/, 'expected numbers and semicolons')],
  [
    OSR['OSR-19'],
    ['DEFAULT_HOSTNAME'],
    unless(isHostName, 'expected labels of a to z, 0 to 9 and -, 64 characters at most'),
  ],
  [
    OSR['OSR-20'],
    ['ARCHITECTURE'],
    unless((value) => ARCHITECTURES.has(value), 'expected a name such as x86-64 or arm64, systemd.unit(5)'),
  ],
  [OSR['OSR-22'], ['FANCY_NAME'], badEscape],
]

/** Fields that are good enough for systemd, and for others not. */
const warnings = (values: Release['values']): readonly BadField[] => {
  const found: BadField[] = []
  const warn = (rule: Rule, at: Assignment | undefined, message: string): void => {
    found.push({ rule, at, message, severity: 'warning' })
  }
  for (const key of ['VERSION_ID', 'IMAGE_VERSION', 'VERSION_CODENAME']) {
    const at = values.get(key)
    if (at === undefined || !VERSION.test(at.value)) continue
    if (/[A-Z]/.test(at.value)) warn(OSR['OSR-13'], at, 'has upper case letters')
    if (at.value.includes('+')) warn(OSR['OSR-13'], at, "has a '+', which versions should not have")
  }
  const type = values.get('RELEASE_TYPE')
  if (type !== undefined && isReleaseName(type.value) && !/^(?:stable|lts|development|experiment)$/.test(type.value))
    warn(OSR['OSR-15'], type, 'expected stable, lts, development or experiment')
  for (const [key, at] of values)
    if (/^(?:SYSEXT_SCOPE|CONFEXT_SCOPE|EXTENSION_.*)$/.test(key))
      warn(OSR['OSR-21'], at, 'has a meaning in extension-release files alone')
  const fancy = values.get('FANCY_NAME')
  const version = values.get('VERSION_ID')?.value ?? ''
  if (fancy !== undefined && version !== '' && fancy.value.includes(version))
    warn(OSR['OSR-22'], fancy, `has the version ${version} in it`)
  for (const key of ['VERSION_ID', 'IMAGE_VERSION']) {
    const at = values.get(key)
    if (at !== undefined && VERSION.test(at.value) && !isReleaseName(at.value)) warn(OSR['OSR-23'], at, NAME_WORDS)
  }
  return found
}

/** Keys that have to be there. */
const missing = (values: Release['values']): readonly BadField[] =>
  (
    [
      [OSR['OSR-11'], 'ID'],
      [OSR['OSR-14'], 'VERSION_ID'],
      [OSR['OSR-17'], 'NAME'],
      [OSR['OSR-17'], 'PRETTY_NAME'],
    ] as const
  )
    .filter(([, key]) => !values.has(key))
    .map(([rule, key]) => ({ rule, at: undefined, message: `has no ${key}=` }))

/** What is wrong with the values of an os-release. */
export const badFields = (values: Release['values']): readonly BadField[] => [
  ...missing(values),
  ...FIELDS.flatMap(([rule, keys, field]) =>
    keys.flatMap((key) => {
      const at = values.get(key)
      const message = at === undefined ? undefined : field(at.value)
      return message === undefined ? [] : [{ rule, at, message }]
    }),
  ),
  ...warnings(values),
]
