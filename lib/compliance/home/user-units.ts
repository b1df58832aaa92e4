import { type Check, guarded } from '../check.ts'
import { type Entry, nameOf, parentOf } from '../tree.ts'
import { isUnitName } from '../unit-name.ts'
import { HOME } from './rules.ts'
import { flawsOfUnit } from './user-unit.ts'

/** Where a user's own units are, and those that came with the home directory. */
const PLACES = ['.config/systemd/user', '.local/share/systemd/user']

const LONGEST = 1 << 18
const DEPENDENCIES = /\.(?:wants|requires|upholds)$/
const RULE = HOME['HOME-22']

const checkText = (check: Check, path: string, unit: string, isDropIn: boolean): void => {
  const text = guarded(check, RULE, path, () => check.tree.text(path, LONGEST))
  const kind = unit.slice(unit.lastIndexOf('.') + 1)
  for (const { line, message, hint, isMild } of text === undefined ? [] : flawsOfUnit(text, kind, isDropIn))
    check.report(RULE, path, message, {
      line,
      column: 1,
      ...(hint === undefined ? {} : { hint }),
      ...(isMild === true ? { severity: 'warning' } : {}),
    })
}

const checkDependency = ({ report }: Check, path: string, { kind, name }: Entry): void => {
  if (kind !== 'link') report(RULE, path, `is a ${kind}, expected a link to a unit`)
  else if (!isUnitName(name)) report(RULE, path, 'is not called like a unit')
}

const checkDropIn = (check: Check, path: string, { kind, name }: Entry, unit: string): void => {
  if (kind === 'file' && name.endsWith('.conf')) checkText(check, path, unit, true)
  else if (kind !== 'link') check.report(RULE, path, 'is no drop-in, expected *.conf', { severity: 'warning' })
}

const checkUnit = (check: Check, path: string, { kind, name }: Entry): void => {
  if (!isUnitName(name)) check.report(RULE, path, 'is not called like a unit, the manager ignores it')
  // Links are masks, aliases, or lead to a unit of the vendor's: HOME-18 looks where.
  else if (kind === 'file') checkText(check, path, name, false)
  else if (kind !== 'link') check.report(RULE, path, `is a ${kind}, expected a unit`)
}

/** Something below one of them; false: not to be descended into. */
export const checkUserUnit = (check: Check, path: string, entry: Entry): boolean => {
  const directory = parentOf(path)
  const holder = nameOf(directory)
  const isTop = PLACES.includes(directory)
  if (isTop && entry.kind === 'directory') {
    const owner = entry.name.replace(/\.(?:d|wants|requires|upholds)$/, '')
    const isKnown = owner !== entry.name && (isUnitName(owner) || /^[a-z]+$/.test(owner))
    if (!isKnown) check.report(RULE, path, 'is a directory of no unit, expected NAME.d or NAME.wants')
    return isKnown
  }
  if (isTop) checkUnit(check, path, entry)
  else if (DEPENDENCIES.test(holder)) checkDependency(check, path, entry)
  else checkDropIn(check, path, entry, holder.replace(/\.d$/, ''))
  return false
}

export const isUserUnit = (path: string): boolean => PLACES.some((place) => path.startsWith(`${place}/`))
