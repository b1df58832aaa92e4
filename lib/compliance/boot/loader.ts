import { EFI_MACHINES } from '../../formats/pe.ts'
import { type Check, guarded } from '../check.ts'
import { below, nameOf, type Tree } from '../tree.ts'
import { findInsensitively } from './partition.ts'
import { checkMachine, readPe } from './pe-file.ts'
import { BOOT } from './rules.ts'

/** The boot loader itself and its settings: BOOT-15, BOOT-16, BOOT-17, BOOT-27. */

const LARGEST_CONF = 64 << 10

const filesIn = (tree: Tree, directory: string): readonly string[] => {
  const found = findInsensitively(tree, directory)
  return found === undefined
    ? []
    : tree.entries(found).flatMap(({ name, kind }) => (kind === 'file' ? [below(found, name)] : []))
}

const SYSTEMD_BOOT = /^systemd-boot([a-z0-9]+)\.efi$/i
const REMOVABLE = /^boot([a-z0-9]+)\.efi$/i

/** A boot loader by its name, and the machine in it. */
export const loaderMachine = (path: string): string | undefined =>
  (SYSTEMD_BOOT.exec(nameOf(path)) ?? REMOVABLE.exec(nameOf(path)))?.[1]?.toUpperCase()

export const checkLoader = (check: Check, path: string): void => {
  const rule = BOOT['BOOT-16']
  const pe = readPe(check, rule, path)
  if (pe !== undefined) checkMachine(check, rule, path, pe, loaderMachine(path) ?? '')
}

/** What new firmware starts. */
const checkRemovable = ({ report }: Check, loaders: readonly string[], removable: readonly string[]): void => {
  const rule = BOOT['BOOT-17']
  const machines = new Set(removable.map(loaderMachine))
  for (const path of loaders) {
    const machine = loaderMachine(path)
    if (machine === undefined || machines.has(machine)) continue
    const to = `EFI/BOOT/BOOT${machine}.EFI`
    report(rule, to, 'is missing, firmware without boot variables starts nothing', {
      fixes: [{ do: 'copy', path, to }],
    })
  }
  if (loaders.length === 0 && removable.length === 0)
    report(rule, 'EFI/BOOT', 'has no boot loader, firmware without boot variables starts nothing', {
      hint: 'bootctl install puts one there, as BOOTX64.EFI on this architecture',
    })
}

/** `partition`: a check of an ESP. */
export const checkLoaders = (check: Check, isSupplied: (path: string) => boolean): void => {
  const loaders = filesIn(check.tree, 'EFI/systemd').filter((path) => SYSTEMD_BOOT.test(nameOf(path)))
  const removable = filesIn(check.tree, 'EFI/BOOT').filter((path) => REMOVABLE.test(nameOf(path)))
  for (const path of [...loaders, ...removable]) checkLoader(check, path)
  const supplied = [...EFI_MACHINES.keys()].map((machine) => `EFI/BOOT/BOOT${machine}.EFI`).filter(isSupplied)
  checkRemovable(check, loaders, [...removable, ...supplied])
}

/** loader.conf(5) of systemd 262. */
const KEYS: ReadonlySet<string> = new Set([
  'default',
  'preferred',
  'timeout',
  'console-mode',
  'editor',
  'auto-entries',
  'auto-firmware',
  'auto-poweroff',
  'auto-reboot',
  'beep',
  'log-level',
  'reboot-for-bitlocker',
  'reboot-on-error',
  'secure-boot-enroll',
  'secure-boot-enroll-action',
  'secure-boot-enroll-timeout-sec',
])

/** `*` and `?` alone: what else glob(7) has nobody writes there, and it is taken for a match. */
const matches = (pattern: string, id: string): boolean => {
  if (pattern.includes('[')) return true
  let [at, star, from] = [0, -1, 0]
  for (let index = 0; index < id.length; ) {
    if (pattern[at] === '*') [star, from, at] = [at, index, at + 1]
    else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === id[index])) {
      at += 1
      index += 1
    } else if (star >= 0) {
      from += 1
      ;[at, index] = [star + 1, from]
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}

/** `ids` of entries, of all partitions. */
export const checkLoaderConf = (check: Check, ids: readonly string[]): void => {
  const path = 'loader/loader.conf'
  const rule = BOOT['BOOT-27']
  const text = guarded(check, rule, path, () => check.tree.text(path, LARGEST_CONF))
  for (const [index, raw] of (text ?? '').split('\n').entries()) {
    const stripped = raw.trim()
    if (stripped === '' || stripped.startsWith('#')) continue
    const [, key = '', value = ''] = /^([^ \t]+)[ \t]*(.*)$/s.exec(stripped) ?? []
    const warn = (message: string): void => check.report(rule, path, message, { line: index + 1, column: 1 })
    if (!KEYS.has(key)) warn(`unknown key '${key}', it is ignored`)
    else if (value === '') warn(`${key} has no value`)
    else if ((key === 'default' || key === 'preferred') && !isThere(value, ids))
      warn(`${key} is '${value}', which no entry here is called`)
  }
}

const isThere = (pattern: string, ids: readonly string[]): boolean =>
  pattern === '@saved' ||
  pattern.startsWith('auto-') ||
  ids.some((id) => matches(pattern.toLowerCase(), id.toLowerCase()))

const MARKER = 'loader/entries.srel'

export const checkMarker = (check: Check): void => {
  const text = guarded(check, BOOT['BOOT-15'], MARKER, () => check.tree.text(MARKER, LARGEST_CONF))
  if (text !== undefined && text !== 'type1\n')
    check.report(BOOT['BOOT-15'], MARKER, 'does not say type1, so that entries here are taken for others', {
      fixes: [{ do: 'write', path: MARKER, text: 'type1\n', mode: 0o644 }],
    })
}
