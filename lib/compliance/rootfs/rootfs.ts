import { type Check, guarded } from '../check.ts'
import { checkDeployed } from '../format/deployed.ts'
import { checkUserdb } from '../home/userdb.ts'
import { octal } from '../mode.ts'
import { checkOsRelease } from '../os-release/file.ts'
import { below, type Entry } from '../tree.ts'
import { checkVerifiers } from '../voa/tree.ts'
import { walkDirectories } from '../walk.ts'
import { checkIdentity } from './identity.ts'
import { checkLink, reportAbsolute } from './links.ts'
import { ROOT } from './rules.ts'
import { checkSkeleton } from './skeleton.ts'
import { checkState } from './state.ts'
import { checkUnitEntry } from './units.ts'

const OTHERS_WRITE = 0o002
const GROUP_OR_OTHERS_WRITE = 0o022

/** Where everybody may write. */
const OPEN = new Set(['tmp', 'var/tmp', 'dev/shm', 'run/lock'])

/** The kernel's own and what programs leave for a while, when somebody looks at a running system; and what git keeps. */
const UNSEEN = new Set(['.git', 'proc', 'sys', 'tmp', 'var/tmp'])

/** Whether the tree was made by somebody who could not give files to root: a checkout, an unprivileged build. */
const isSomebodysOwn = ({ tree, mode }: Check): boolean => mode === 'source' || tree.node('usr')?.uid !== 0

const isSystem = (path: string): boolean =>
  path === 'usr' || path === 'etc' || path === 'var' || path.startsWith('usr/')

const checkAccess = ({ report }: Check, path: string, { mode, uid }: Entry, owner: number | undefined): void => {
  const isOurs = isSystem(path)
  if (isOurs && owner !== undefined && uid !== owner)
    report(ROOT['ROOT-26'], path, `belongs to user ${uid}, expected root`)
  const writers = isOurs ? GROUP_OR_OTHERS_WRITE : OTHERS_WRITE
  if ((mode & writers) !== 0 && !OPEN.has(path))
    report(ROOT['ROOT-26'], path, `may be written by others, mode ${octal(mode)}`)
  if (path === 'root' && (mode & 0o027) !== 0)
    report(ROOT['ROOT-26'], path, `has mode ${octal(mode)}, expected 0750 or less`)
}

const checkKind = ({ report }: Check, path: string, { kind }: Entry): void => {
  if (kind === 'device' && !path.startsWith('dev/')) report(ROOT['ROOT-14'], path, 'is a device node outside of dev')
  if ((kind === 'fifo' || kind === 'socket') && !path.startsWith('run/'))
    report(ROOT['ROOT-15'], path, `is a ${kind} outside of run`)
}

/** One directory. What is as it should be takes no more than a few comparisons: there are tens of thousands of files. */
const checkList = (check: Check, owner: number | undefined, path: string, entries: readonly Entry[]): void => {
  const isOfSystemd = path.includes('systemd')
  const absolute: (readonly [path: string, target: string])[] = []
  for (const entry of entries) {
    const { name, kind } = entry
    if (kind === 'file' || kind === 'directory') {
      const isUsual = (entry.mode & GROUP_OR_OTHERS_WRITE) === 0 && (owner === undefined || entry.uid === owner)
      if (!isUsual || path === '') checkAccess(check, below(path, name), entry, owner)
    } else if (kind === 'link') {
      const whole = below(path, name)
      const target = guarded(check, ROOT['ROOT-17'], whole, () => checkLink(check, whole))
      if (target !== undefined) absolute.push([whole, target])
    } else checkKind(check, below(path, name), entry)
    if (!entry.isPlain)
      check.report(ROOT['ROOT-16'], below(path, name), 'has a name with control characters, or that is no UTF-8')
    if (isOfSystemd) checkUnitEntry(check, below(path, name), entry)
  }
  reportAbsolute(check, path, absolute)
}

const checkEntries = (check: Check): void => {
  const owner = isSomebodysOwn(check) ? undefined : 0
  walkDirectories(check.tree, '', {
    list: (path, entries) => checkList(check, owner, path, entries),
    descends: (path) => !UNSEEN.has(path),
    giveUp: (path, what) => check.report(ROOT['ROOT-16'], path, what),
  })
}

/**
 * All of section a of the rules. `isPartitioned`: the tree is the root of an image with an ESP or XBOOTLDR beside it, which are
 * mounted on its /efi and /boot.
 */
export const checkRootfs = (check: Check, isPartitioned = false): void => {
  if (check.subject !== '') {
    check.report(ROOT['ROOT-01'], check.subject, 'is no directory')
    return
  }
  checkSkeleton(check, isPartitioned)
  checkOsRelease(check)
  checkIdentity(check)
  checkState(check)
  checkEntries(check)
  checkVerifiers(check)
  checkUserdb(check)
  checkDeployed(check)
}
