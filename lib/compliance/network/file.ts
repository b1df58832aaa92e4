import { type Check, guarded } from '../check.ts'
import { type IniText, lastOf, parseIni, type Setting } from '../ini.ts'
import { isUnknown } from '../template/unknown.ts'
import { nameOf } from '../tree.ts'
import { checkDeprecated } from './deprecated.ts'
import { type KeyTable, readKeyTable } from './key-table.ts'
import { NETDEV_KINDS } from './kinds.ts'
import { LINK_KEYS } from './link-keys.ts'
import { NETDEV_KEYS } from './netdev-keys.ts'
import { NETWORK_KEYS } from './network-keys.ts'
import { NETT } from './rules.ts'
import { checkStructure } from './structure.ts'
import { TRAFFIC_KEYS } from './traffic-keys.ts'
import { isGoodValue, kindWords } from './values.ts'

/** A file of networkd, or of udev, that was looked at. */
export interface NetworkFile {
  readonly path: string
  readonly type: 'network' | 'netdev' | 'link'
  readonly ini: IniText
}

/** More than all interfaces of a host need. */
const LARGEST = 256 << 10

const tables = new Map<NetworkFile['type'], KeyTable>()

const tableOf = (type: NetworkFile['type']): KeyTable => {
  const text = { network: `${NETWORK_KEYS}${TRAFFIC_KEYS}`, netdev: NETDEV_KEYS, link: LINK_KEYS }[type]
  const table = tables.get(type) ?? readKeyTable(text)
  tables.set(type, table)
  return table
}

/** Undefined for any other file. */
export const typeOf = (path: string): NetworkFile['type'] | undefined => {
  const suffix = /\.(network|netdev|link)$/.exec(nameOf(path))?.[1]
  return suffix as NetworkFile['type'] | undefined
}

const place = ({ line, column }: Setting) => ({ line, column })

/** What neither networkd nor anybody else replaces. */
const UNRENDERED = /%[iI](?![A-Za-z0-9])|\$\{[^}]*\}|\{\{[^}]*\}\}/

const NAME_KINDS = /^\$(?:interfaces?|matchnames)\b/

const checkValue = ({ report }: Check, { path }: NetworkFile, kind: string, setting: Setting): void => {
  const { key, value } = setting
  if (isUnknown(value)) return
  const raw = UNRENDERED.exec(value)
  if (raw !== null) {
    report(NETT['NETT-03'], path, `${key}=${value}: nothing replaces '${raw[0]}'`, {
      ...place(setting),
      hint: 'make it a parameter of the template, {{NAME}}, and name the file in rendered',
    })
    return
  }
  if (kind === '$gone') report(NETT['NETT-06'], path, `${key}= has no effect any more`, place(setting))
  else if (!isGoodValue(kind, value)) {
    const isName = NAME_KINDS.test(kind)
    const expected = isName ? `${kindWords(kind)}, of at most 15 bytes` : kindWords(kind)
    report(NETT[isName ? 'NETT-02' : 'NETT-05'], path, `${key}=${value}: expected ${expected}`, place(setting))
  }
}

/** Sections that a file of this kind may have; undefined: all of the table. */
const sectionsOf = ({ type, ini }: NetworkFile): readonly string[] | undefined => {
  const kind = type === 'netdev' ? lastOf(ini, 'NetDev', 'Kind')?.value : undefined
  const known = kind !== undefined && Object.hasOwn(NETDEV_KINDS, kind) ? NETDEV_KINDS[kind] : undefined
  return known === undefined ? undefined : ['Match', 'NetDev', ...known.sections]
}

const isOfOthers = (name: string): boolean => name.startsWith('X-')

const checkSections = ({ report }: Check, file: NetworkFile): void => {
  const table = tableOf(file.type)
  const allowed = sectionsOf(file)
  for (const { name, line } of file.ini.sections) {
    if (isOfOthers(name) || (table.has(name) && allowed?.includes(name) !== false)) continue
    const what = table.has(name)
      ? `[${name}] is none of a device of this kind`
      : `[${name}] is not known in a .${file.type} file`
    report(NETT['NETT-04'], file.path, `${what}, it is ignored`, { line, column: 1 })
  }
}

const checkSettings = (check: Check, file: NetworkFile): void => {
  const table = tableOf(file.type)
  const allowed = sectionsOf(file)
  for (const setting of file.ini.settings) {
    const { section, key } = setting
    const keys = allowed?.includes(section) === false ? undefined : table.get(section)
    if (keys === undefined || isOfOthers(key)) continue
    const kind = keys.get(key)
    if (kind === undefined)
      check.report(NETT['NETT-04'], file.path, `${key}= is not known in [${section}], it is ignored`, place(setting))
    else checkValue(check, file, kind, setting)
  }
}

/** One file alone. Undefined when it cannot be read. */
export const checkNetworkFile = (check: Check, path: string): NetworkFile | undefined => {
  const type = typeOf(path)
  const text = guarded(check, NETT['NETT-04'], path, () => check.tree.text(path, LARGEST))
  if (type === undefined || text === undefined) return undefined
  const file: NetworkFile = { path, type, ini: parseIni(text) }
  for (const { line, message, isFatal } of file.ini.mistakes)
    check.report(NETT['NETT-04'], path, `${message}, ${isFatal ? 'the file' : 'it'} is ignored`, { line, column: 1 })
  checkSections(check, file)
  checkSettings(check, file)
  checkDeprecated(check, file)
  checkStructure(check, file)
  return file
}
