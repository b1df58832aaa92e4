import type { OsRelease } from '../../systemd/os-release.ts'
import type { Check } from '../check.ts'
import { isAnchor, roleOf, TECHNOLOGIES } from './load-path.ts'
import { VOA } from './rules.ts'

/** The names of the four levels of directories. */

const NAME = /^[a-z0-9._-]+$/
const PART = /^[a-z0-9._-]*$/
const KEYS = ['ID', 'VERSION_ID', 'VARIANT_ID', 'IMAGE_ID', 'IMAGE_VERSION'] as const
const ROLES: readonly string[] = ['package', 'repository-metadata', 'image']
const CHARACTERS = "expected only a-z, 0-9, '.', '_' and '-'"

const checkAgainstRelease = ({ report }: Check, path: string, parts: readonly string[], release: OsRelease): void => {
  for (const [index, key] of KEYS.entries()) {
    const part = parts[index] ?? ''
    const value = release.get(key) ?? ''
    if (part !== '' && part !== value)
      report(VOA['VOA-05'], path, `has '${part}' for ${key}, the tree's os-release has '${value}'`)
  }
}

const checkOs = (check: Check, path: string, name: string, release: OsRelease | undefined): void => {
  const parts = name.split(':')
  if (parts.length > KEYS.length) {
    check.report(VOA['VOA-04'], path, `has ${parts.length} parts, expected at most ${KEYS.length}, it is ignored`)
    return
  }
  const refuse = (message: string, hint?: string): void =>
    check.report(VOA['VOA-03'], path, message, hint === undefined ? {} : { hint })
  if (!parts.every((part) => PART.test(part))) refuse(`${CHARACTERS} between colons, got '${name}'`)
  else if (parts[0] === '') refuse('has no ID before the first colon')
  else if (parts.at(-1) === '') refuse('ends in a colon', `call it '${name.replace(/:+$/, '')}'`)
  else if (release !== undefined) checkAgainstRelease(check, path, parts, release)
}

const checkPurpose = ({ report }: Check, path: string, name: string): void => {
  const role = roleOf(name)
  if (!NAME.test(name)) report(VOA['VOA-06'], path, `${CHARACTERS}, got '${name}'`)
  else if (role === '') report(VOA['VOA-06'], path, "has no role behind 'trust-anchor-'")
  else if (isAnchor(role)) report(VOA['VOA-06'], path, `the role '${role}' begins with 'trust-anchor-' itself`)
  else if (!ROLES.includes(role)) {
    const hint = role === 'packages' ? "call it 'package'" : `standard roles are ${ROLES.join(', ')}`
    report(VOA['VOA-07'], path, `the role '${role}' is no standard one, only who knows of it looks here`, { hint })
  }
}

const checkContext = ({ report }: Check, path: string, name: string): void => {
  if (!NAME.test(name)) report(VOA['VOA-09'], path, `${CHARACTERS}, got '${name}'`)
}

const checkTechnology = ({ report }: Check, path: string, name: string): void => {
  const hint = `known are ${TECHNOLOGIES.join(', ')}`
  if (/^[a-z0-9._-]+:[0-9]+$/.test(name))
    report(VOA['VOA-10'], path, `'${name}' is reserved for a later format`, { severity: 'warning' })
  else if (!NAME.test(name)) report(VOA['VOA-10'], path, `${CHARACTERS}, got '${name}'`)
  else if (!(TECHNOLOGIES as readonly string[]).includes(name))
    report(VOA['VOA-10'], path, `the technology '${name}' is not known, nothing in it is looked at`, {
      severity: 'warning',
      hint,
    })
  else if (name !== 'openpgp')
    report(VOA['VOA-11'], path, `how ${name} is stored is not specified yet, implementations may differ`)
}

/** The name of a directory, or of a link to one, of level 1 to 4. */
export const checkLevelName = (
  check: Check,
  path: string,
  name: string,
  level: number,
  release: OsRelease | undefined,
): void => {
  if (level === 1) checkOs(check, path, name, release)
  else if (level === 2) checkPurpose(check, path, name)
  else if (level === 3) checkContext(check, path, name)
  else checkTechnology(check, path, name)
}
