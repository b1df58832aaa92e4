/** The text of unit files, systemd.syntax(7), networkd's included. Escaping happens here and nowhere else. */

import { isLongerThan } from './escape.ts'

/** Text that systemd shall read as it stands: its specifiers and quotes are meant. */
export interface Raw {
  readonly raw: string
}

/** A plain string is text and is escaped; undefined means no line. */
export type Value = string | number | boolean | Raw | undefined

/** Thrown for a text that no unit file can hold. What comes from outside is checked long before: this is the last fence. */
export class UnitTextError extends Error {}

export const raw = (text: string): Raw => ({ raw: text })

/** `%` introduces a specifier, systemd.unit(5) "Specifiers". */
export const escapeSpecifiers = (text: string): string => (text.includes('%') ? text.replaceAll('%', '%%') : text)

const PLAIN_WORD = /^[A-Za-z0-9@:_./=+-]+$/

/** One word of a list that is split at white space, as RequiresMountsFor= or Environment=; systemd.syntax(7) "Quoting". */
export const quoteWord = (word: string): string => {
  if (PLAIN_WORD.test(word)) return word
  refuseControl(word)
  return `"${escapeSpecifiers(word.replace(/["\\]/g, '\\$&'))}"`
}

/** Several words on one line, as paths in RequiresMountsFor=. Nothing when there are none. */
export const words = (list: readonly string[]): Raw | undefined =>
  list.length === 0 ? undefined : raw(list.map(quoteWord).join(' '))

/** Unit names for a dependency as Requires=: there systemd takes neither quotes nor escapes, every backslash is the name's own. */
export const unitNames = (list: readonly string[]): Raw | undefined =>
  list.length === 0 ? undefined : raw(escapeSpecifiers(list.join(' ')))

/** Assignments for Environment=, which expands specifiers but not `$`, systemd.exec(5). */
export const environment = (variables: Readonly<Record<string, string>>): Raw | undefined =>
  words(Object.entries(variables).map(([name, value]) => `${name}=${value}`))

/** A command line: every argument arrives as given. `$` is doubled too, systemd.service(5) "Command lines". */
export const exec = (program: string, ...args: readonly string[]): Raw =>
  raw([program, ...args].map((word) => quoteWord(word).replaceAll('$', '$$$$')).join(' '))

/** For a path in an option of mount(8), where `,` parts options; in the list of lowerdir= `:` parts layers besides. */
const escapeOption = (path: string): string => path.replaceAll(',', '\\,')
const escapeLayer = (path: string): string => (PLAIN_PATH.test(path) ? path : path.replace(/[\\:,]/g, '\\$&'))

/** Most paths: ASCII, and nothing to escape. */
const PLAIN_PATH = /^[A-Za-z0-9@_./=+-]+$/

/** fsconfig(2) takes strings of 255 bytes, and libmount gives the kernel one option a call. */
export const LONGEST_OPTION = 255

/** One option for all layers where that is short enough, for every kernel has it; else one for each, which Linux 6.7 has. */
const lowerOptions = (lower: readonly string[]): readonly string[] => {
  const plain = lower.every((path) => PLAIN_PATH.test(path))
  const list = (plain ? lower : lower.map(escapeLayer)).join(':')
  return (plain ? list.length <= LONGEST_OPTION : !isLongerThan(list, LONGEST_OPTION))
    ? [`lowerdir=${list}`]
    : lower.map((path) => `lowerdir+=${escapeOption(path)}`)
}

export interface OverlayOptions {
  /** Topmost first. */
  readonly lower: readonly string[]
  readonly upper: { readonly dir: string; readonly work: string } | undefined
}

/** The value of Options= for an overlay. Left is on top, kernel Documentation/filesystems/overlayfs. */
export const overlayOptions = ({ lower, upper }: OverlayOptions): string =>
  [
    'nodev',
    'nosuid',
    ...(upper === undefined ? ['ro'] : []),
    ...lowerOptions(lower),
    ...(upper === undefined ? [] : [`upperdir=${escapeLayer(upper.dir)}`, `workdir=${escapeLayer(upper.work)}`]),
  ].join(',')

const CONTROL = /[\u0000-\u001f\u007f]/

const refuseControl = (text: string): void => {
  if (CONTROL.test(text))
    throw new UnitTextError(`A unit file cannot hold a control character: ${JSON.stringify(text)}`)
}

const renderValue = (value: Exclude<Value, undefined>): string => {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = typeof value === 'string' ? escapeSpecifiers(value) : value.raw
  refuseControl(text)
  // A backslash at the end of a line joins the next line to it, and that one is somebody else's directive.
  if (text.endsWith('\\'))
    throw new UnitTextError(`A line of a unit file cannot end in a backslash: ${JSON.stringify(text)}`)
  return text
}

/** `Key=value` on a line of its own, nothing for undefined. Throws UnitTextError. */
export const line = (key: string, value: Value): string => (value === undefined ? '' : `${key}=${renderValue(value)}\n`)

/** The same, and nothing is looked at: for what is made of our own names and numbers, or was found good before. */
export const plainLine = (key: string, value: string | number | undefined): string =>
  value === undefined ? '' : `${key}=${value}\n`

/** One line for each value. */
export const lines = (key: string, values: readonly Value[]): string => values.map((value) => line(key, value)).join('')

/** `[Name]` and its lines, nothing when there are none. */
export const section = (name: string, content: string): string => (content === '' ? '' : `\n[${name}]\n${content}`)

/** What a whole file begins with, before its sections. */
export const header = (program: string): string => `# Generated by ${program}, changes here are lost\n`
