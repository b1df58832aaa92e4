import { type Check, guarded } from '../check.ts'
import type { Fix } from '../finding.ts'
import { type IniText, lastOf, parseIni, type Setting } from '../ini.ts'
import { readKeyTable } from '../network/key-table.ts'
import { isGoodValue, kindWords } from '../network/values.ts'
import { isUnknown } from '../template/unknown.ts'
import { nameOf } from '../tree.ts'
import { NSPAWN_KEYS } from './nspawn-keys.ts'
import { CONT } from './rules.ts'

/** A file of settings for systemd-nspawn, systemd.nspawn(5). */

const LARGEST = 256 << 10

const KEYS = readKeyTable(NSPAWN_KEYS)

const YES = /^(?:1|yes|y|true|t|on)$/i

/** Where systemd-sysext does not look. */
const USELESS = /^(?:\/usr\/lib\/extensions|\/usr\/local\/lib\/extensions)\/?$/

const place = ({ line, column }: Setting) => ({ line, column })

const isExec =
  (key: string) =>
  (one: Setting): boolean =>
    one.section === 'Exec' && one.key === key && YES.test(one.value)

/** Boot= and ProcessTwo= that cannot both be: the setting that is to go. */
const conflictOf = (ini: IniText): Setting | undefined => {
  const [boot, two] = ['Boot', 'ProcessTwo'].map((key) => ini.settings.find(isExec(key)))
  return boot === undefined ? undefined : two
}

const isUselessBind = ({ section, key, value }: Setting): boolean =>
  section === 'Files' &&
  ['Bind', 'BindReadOnly'].includes(key) &&
  USELESS.test(value.split(':')[1] ?? value.replace(/^[+-]/, ''))

const isOldName = ({ section, key }: Setting): boolean => section === 'Files' && key === 'PrivateUsersChown'

/** The line that a setting becomes; undefined: none. */
const repairedLine = (setting: Setting, line: string, ini: IniText): string | undefined => {
  if (setting === conflictOf(ini)) return undefined
  if (isOldName(setting)) return `PrivateUsersOwnership=${YES.test(setting.value) ? 'chown' : 'off'}`
  if (!isUselessBind(setting)) return line
  const [source = '', destination] = setting.value.split(':')
  return `${setting.key}=${destination === undefined ? '' : `${source}:`}/var/lib/extensions`
}

/** All repairs at once, so that it does not matter which finding asks for them. */
const repair = (text: string, ini: IniText): string => {
  const byLine = new Map(ini.settings.map((setting) => [setting.line, setting]))
  return text
    .split('\n')
    .flatMap((line, index) => {
      const setting = byLine.get(index + 1)
      const repaired = setting === undefined ? line : repairedLine(setting, line, ini)
      return repaired === undefined ? [] : [repaired]
    })
    .join('\n')
}

const checkKeys = ({ report }: Check, path: string, { sections, settings }: IniText): void => {
  for (const { name, line } of sections)
    if (!KEYS.has(name) && !name.startsWith('X-'))
      report(CONT['CONT-03'], path, `[${name}] is not known, it is ignored`, { line, column: 1 })
  for (const setting of settings) {
    const { section, key, value } = setting
    const keys = KEYS.get(section)
    const kind = keys?.get(key)
    if (keys === undefined || key.startsWith('X-') || isUnknown(value)) continue
    if (kind === undefined)
      report(CONT['CONT-03'], path, `${key}= is not known in [${section}], it is ignored`, place(setting))
    else if (!isGoodValue(kind, value))
      report(CONT['CONT-03'], path, `${key}=${value}: expected ${kindWords(kind)}`, place(setting))
  }
}

/** Undefined when it cannot be read. */
export const checkSettings = (check: Check, path: string, written?: string): IniText | undefined => {
  const { tree, report } = check
  const text = guarded(check, CONT['CONT-03'], path, () => tree.text(path, LARGEST))
  if (text === undefined) return undefined
  const ini = parseIni(text)
  for (const { line, message } of ini.mistakes)
    report(CONT['CONT-03'], path, `${message}, it is ignored`, { line, column: 1 })
  checkKeys(check, path, ini)
  const source = written ?? text
  const fixes: readonly Fix[] = [{ do: 'write', path, text: repair(source, parseIni(source)), mode: 0o644 }]
  const conflict = conflictOf(ini)
  if (conflict !== undefined)
    report(CONT['CONT-03'], path, 'has both Boot=yes and ProcessTwo=yes', {
      ...place(conflict),
      hint: 'an init is process 1',
      fixes,
    })
  for (const setting of ini.settings) {
    if (isOldName(setting))
      report(CONT['CONT-04'], path, 'PrivateUsersChown= is an old name', {
        ...place(setting),
        hint: 'write PrivateUsersOwnership=',
        fixes,
      })
    if (isUselessBind(setting))
      report(CONT['CONT-05'], path, `${setting.key}=${setting.value}: nobody looks for extensions there`, {
        ...place(setting),
        hint: 'bind them to /var/lib/extensions',
        fixes,
      })
  }
  return ini
}

/** What is ignored in a file beside an image, systemd.nspawn(5), ".nspawn File Discovery". */
const PRIVILEGED: ReadonlySet<string> = new Set(
  'Exec.Capability Exec.AmbientCapability Exec.PrivateUsers Files.Bind Files.BindReadOnly Files.PrivateUsersOwnership Files.PrivateUsersChown Files.BindUser Files.Overlay Files.OverlayReadOnly Network.Bridge Network.Zone Network.Interface Network.MACVLAN Network.IPVLAN Network.VirtualEthernetExtra Network.NamespacePath Network.Port'.split(
    ' ',
  ),
)

const TRUSTED = /(?:^|\/)(?:etc|run)\/systemd\/nspawn$/

/** A file alone, which is where it is. */
export const checkSettingsFile = (check: Check): void => {
  const { subject, tree, report } = check
  const ini = checkSettings(check, subject)
  if (ini === undefined) return
  if (!subject.endsWith('.nspawn'))
    report(CONT['CONT-04'], subject, `is read when it is called MACHINE.nspawn, and not ${nameOf(subject)}`)
  if (TRUSTED.test(tree.name)) return
  const ignored = ini.settings.filter(({ section, key }) => PRIVILEGED.has(`${section}.${key}`))
  for (const setting of ignored)
    report(CONT['CONT-04'], subject, `${setting.key}= is ignored beside an image`, {
      ...place(setting),
      hint: 'put the file into /etc/systemd/nspawn',
    })
}

export const boots = (ini: IniText): boolean => YES.test(lastOf(ini, 'Exec', 'Boot')?.value ?? '')
