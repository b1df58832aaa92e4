import { type Check, guarded } from '../check.ts'
import { octal } from '../mode.ts'
import { resolve } from '../resolve.ts'
import { type Entry, nameOf, parentOf, type Tree } from '../tree.ts'
import { walk } from '../walk.ts'
import { checkAuthorizedKeys } from './authorized-keys.ts'
import { HOME } from './rules.ts'
import { checkUserUnit, isUserUnit } from './user-units.ts'

/** Templates of home directories, which are copied when a user is made. */

const PLACEHOLDERS = ['.gitkeep', '.gitignore']
const SPECIAL = 0o6000

/** What systemd-homed keeps there itself. */
const OF_HOMED: Readonly<Record<string, string>> = {
  '.identity': 'is the record of one user, systemd-homed writes it',
  '.identity-blob': 'belongs to the record of one user, systemd-homed makes it',
}

const isPlaceholder = ({ mode }: Check, { kind, name }: Entry): boolean =>
  mode === 'source' && kind === 'file' && PLACEHOLDERS.includes(name)

const isSecret = ({ tree }: Check, path: string): boolean =>
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(String.fromCharCode(...tree.bytes(path, 0, 256)))

/** Where units of users may lead, and nothing else. */
const OF_SYSTEM = /^\/(?:usr\/lib|usr\/local\/lib|etc)\/systemd\/user\/[^/]+$/

const checkLink = (check: Check, path: string): void => {
  const { tree, report } = check
  const target = tree.target(path)
  if (isUserUnit(path) && (target === '/dev/null' || OF_SYSTEM.test(target))) return
  const refuse = (message: string): void => report(HOME['HOME-18'], path, message)
  if (target.startsWith('/')) refuse(`leads to '${target}', which is not in the home directory`)
  else {
    const found = resolve(tree, path)
    if (found.state === 'loop') refuse('leads in a circle')
    else if (found.climbs) refuse(`leads to '${target}', out of the home directory`)
  }
}

const checkFile = (check: Check, path: string, entry: Entry): void => {
  const { report } = check
  if ((entry.mode & SPECIAL) !== 0)
    report(HOME['HOME-18'], path, `has mode ${octal(entry.mode)}, expected neither setuid nor setgid`, {
      fixes: [{ do: 'chmod', path, mode: entry.mode & 0o777 }],
    })
  if (parentOf(path) !== '.ssh') return
  if (guarded(check, HOME['HOME-18'], path, () => isSecret(check, path)) === true)
    report(HOME['HOME-18'], path, 'is a secret key, which every user would have')
  if (entry.name.startsWith('authorized_keys')) checkMode(check, path, entry.mode, 0o600)
}

const checkMode = ({ report }: Check, path: string, mode: number, expected: number): void => {
  if (mode !== expected)
    report(HOME['HOME-19'], path, `has mode ${octal(mode)}, expected ${octal(expected)}`, {
      isLost: true,
      fixes: [{ do: 'chmod', path, mode: expected }],
    })
}

const checkTop = ({ report }: Check, { name, kind }: Entry): void => {
  if (Object.hasOwn(OF_HOMED, name)) report(HOME['HOME-18'], name, OF_HOMED[name] as string)
  else if (name === 'Areas' && kind !== 'directory')
    report(HOME['HOME-18'], name, `is a ${kind}, systemd-homed has a directory of that name`)
}

const checkEntry = (check: Check, path: string, entry: Entry): void => {
  const { kind } = entry
  if (!path.includes('/')) checkTop(check, entry)
  if (kind === 'link') guarded(check, HOME['HOME-18'], path, () => checkLink(check, path))
  else if (kind === 'file') checkFile(check, path, entry)
  else if (kind !== 'directory')
    check.report(HOME['HOME-18'], path, `is a ${kind}, expected files, directories and links`)
  if (path === '.ssh' && kind === 'directory') checkMode(check, path, entry.mode, 0o700)
}

const checkConfig = (check: Check, path: string, entry: Entry): void => {
  if (entry.kind === 'directory' || !path.startsWith('.config/')) return
  const hint = isUserUnit(path)
    ? 'units that a vendor brings belong into .local/share/systemd/user'
    : 'what a vendor sets belongs into /usr or /etc'
  check.report(HOME['HOME-21'], path, "is in .config, where only the user's own settings should be", { hint })
}

/** HOME-18 to HOME-22; `parameters` of the template that it is part of, by the files that they are rendered in. */
export const checkSkeleton = (check: Check, parametersOf: (path: string) => readonly string[] | undefined): void => {
  walk(check.tree, '', {
    visit: (path, entry) => {
      if (isPlaceholder(check, entry)) return false
      checkEntry(check, path, entry)
      checkConfig(check, path, entry)
      if (parentOf(path) === '.ssh' && /^authorized_keys/.test(nameOf(path)) && entry.kind === 'file')
        checkAuthorizedKeys(check, path, parametersOf(path))
      return isUserUnit(path) ? checkUserUnit(check, path, entry) : undefined
    },
    giveUp: (path, what) => check.report(HOME['HOME-18'], path, what),
  })
}

/** `subject` is `''`. */
export const checkHome = (check: Check): void => checkSkeleton(check, () => undefined)

const USUAL = ['.ssh', '.config', '.local', '.bashrc', '.profile', '.identity']

/** Only what has something of a home directory and nothing of a root. */
export const isHome = (tree: Tree, subject: string): boolean =>
  subject === '' &&
  USUAL.some((name) => tree.node(name) !== undefined) &&
  !['usr', 'etc', 'metadata.json'].some((name) => tree.node(name) !== undefined)
