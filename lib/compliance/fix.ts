import type { Host, Stat } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import type { Fix } from './finding.ts'
import { below, parentOf } from './tree.ts'

/** Seconds; a boot loader, or an image. */
const COPY_PATIENCE = 60

export interface Refused {
  readonly fix: Fix
  readonly reason: string
}

const OTHERS_WRITE = 0o022
const STICKY = 0o1000

/** Whoever may write in a directory could put a link in the place of what is about to be changed. */
const ownUser = (host: Host): number => {
  const line = /^Uid:\s+\d+\s+(\d+)/m.exec(host.readFile('/proc/self/status', 64 << 10)?.text ?? '')?.[1]
  return line === undefined ? 0 : Number(line)
}

const dangerOf = ({ kind, uid, mode }: Stat, user: number): string | undefined => {
  if (kind !== 'directory') return `is a ${kind}, expected a directory`
  if (uid !== user && uid !== 0) return `belongs to user ${uid}, who has to run this`
  if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return 'may be written by others'
  return undefined
}

/** The real path, each directory on the way to which is one, and ours. Throws HostError otherwise. */
const reach = (host: Host, user: number, directory: string, path: string): string => {
  const whole = `${directory}/${path}`
  let here = directory
  for (const name of ['', ...parentOf(path).split('/')]) {
    if (name === '..') throw new HostError(whole, 'leads out of the tree')
    if (name !== '') here = `${here}/${name}`
    const stat = here === directory ? host.readDir(here)?.stat : host.stat(here)
    const danger = stat === undefined ? 'is not there' : dangerOf(stat, user)
    if (danger !== undefined) throw new HostError(here, danger)
  }
  return whole
}

const BESIDE = '.bitbuilder-fix'

const replaceByLink = (host: Host, whole: string, target: string): void => {
  if (host.stat(whole)?.kind === 'directory') throw new HostError(whole, 'is a directory')
  const beside = `${whole}${BESIDE}`
  host.remove(beside)
  host.symlink(target, beside)
  host.rename(beside, whole)
}

const removeOne = (host: Host, whole: string): void => {
  if (host.stat(whole)?.kind === 'directory' && (host.readDir(whole)?.entries.length ?? 0) > 0)
    throw new HostError(whole, 'is a directory with something in it')
  host.remove(whole)
}

const makeDirectory = (host: Host, whole: string, mode: number): void => {
  const there = host.stat(whole)
  if (there !== undefined && there.kind !== 'directory') throw new HostError(whole, `is a ${there.kind}`)
  host.makeDirMode(whole, mode)
}

const apply = (host: Host, directory: string, fix: Fix): void => {
  const user = ownUser(host)
  const to = (path: string): string => {
    // What is moved or copied may go where nothing is yet.
    let made = ''
    for (const name of parentOf(path).split('/')) {
      made = below(made, name)
      if (name !== '' && host.stat(`${directory}/${made}`) === undefined)
        host.makeDirMode(reach(host, user, directory, made), 0o755)
    }
    return reach(host, user, directory, path)
  }
  switch (fix.do) {
    case 'mkdir':
      makeDirectory(host, to(fix.path), fix.mode)
      break
    case 'chmod':
      host.setMode(reach(host, user, directory, fix.path), fix.mode)
      break
    case 'link':
      replaceByLink(host, to(fix.path), fix.target)
      break
    case 'write':
      host.replaceFile(to(fix.path), fix.text, fix.mode)
      break
    case 'rename':
      host.rename(reach(host, user, directory, fix.path), to(fix.to))
      break
    case 'copy':
      mustRun(host, ['cp', '--no-dereference', '--', reach(host, user, directory, fix.path), to(fix.to)], COPY_PATIENCE)
      break
    case 'remove':
      removeOne(host, reach(host, user, directory, fix.path))
      break
  }
}

/** Does all that can be done below `directory`, in order; what could not be done is told. */
export const applyFixes = (host: Host, directory: string, fixes: readonly Fix[]): readonly Refused[] =>
  fixes.flatMap((fix) =>
    orElse<readonly Refused[]>(
      () => {
        apply(host, directory, fix)
        return []
      },
      ({ path, reason }) => [{ fix, reason: `${path}: ${reason}` }],
    ),
  )

/** What a fix does, for people. */
export const fixWords = (fix: Fix): string => {
  switch (fix.do) {
    case 'mkdir':
      return `mkdir -m ${fix.mode.toString(8)} ${fix.path}`
    case 'chmod':
      return `chmod ${fix.mode.toString(8)} ${fix.path}`
    case 'link':
      return `ln -s ${fix.target} ${fix.path}`
    case 'write':
      return `write ${fix.path}`
    case 'rename':
      return `mv ${fix.path} ${fix.to}`
    case 'copy':
      return `cp ${fix.path} ${fix.to}`
    case 'remove':
      return `rm ${fix.path}`
  }
}
