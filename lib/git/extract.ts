import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { Entry } from './listing.ts'
import { type Git, gitCommand, wordsOf } from './repository.ts'
import { patienceFor } from './user.ts'

export interface ExtractLimits {
  readonly seconds: number
}

/**
 * $1 is the directory, $2 the most bytes of the stream, the rest git. What is written belongs to root, so root has to
 * unpack; it takes names, modes and links from a stream that is no larger than it may be, and nothing else.
 */
const SCRIPT = `umask 022
directory=$1 most=$2
shift 2
"$@" | head --bytes="$most" |
  tar --extract --file=- --directory="$directory" --keep-old-files --no-same-owner --no-same-permissions \\
    --no-acls --no-selinux --no-xattrs`

/** Headers, padding, and a name that needs a header of its own: what tar(1) takes for one entry at most. */
const PER_ENTRY = 6144

const streamSize = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { size }) => sum + size + PER_ENTRY, 1 << 20)

/** How much a link may say, symlink(7). */
const LONGEST_TARGET = 4095

/** Whether a link at `path` leads out of the directory that `path` is relative to. */
const leadsOut = (path: string, target: string): boolean => {
  if (target.startsWith('/')) return true
  let depth = path.split('/').length - 1
  for (const name of target.split('/')) {
    if (name === '..') depth -= 1
    else if (name !== '' && name !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}

const wrongLink = (path: string, target: string, mayLeadOut: boolean): string | undefined => {
  if (target === '' || target.length > LONGEST_TARGET || /[\u0000-\u001f\u007f\ufffd]/.test(target))
    return 'is a link to what cannot be a path'
  return !mayLeadOut && leadsOut(path, target) ? 'is a link that leads out of the repository' : undefined
}

const MODES: Readonly<Record<Entry['kind'], number>> = { file: 0o644, executable: 0o755, link: 0o777, tree: 0o755 }
const STAT_KINDS = { file: 'file', executable: 'file', link: 'link', tree: 'directory' } as const

/** Throws HostError unless what is at a path is what the listing says. */
const checkOne = (host: Host, directory: string, entry: Entry, path: string, mayLeadOut: boolean): void => {
  const whole = `${directory}/${path}`
  // git-archive(1) has no directories from which everything was left out. What is above was looked at before.
  if (entry.kind === 'tree' && host.stat(whole) === undefined) host.makeDirMode(whole, MODES.tree)
  const stat = host.stat(whole)
  if (stat === undefined) throw new HostError(entry.path, 'was not written')
  const isSame =
    stat.kind === STAT_KINDS[entry.kind] &&
    stat.mode === MODES[entry.kind] &&
    (stat.kind === 'directory' || stat.size === entry.size)
  if (!isSame) throw new HostError(entry.path, 'was not written as the commit has it')
  if (stat.kind !== 'link') return
  const why = wrongLink(path, host.readLink(whole), mayLeadOut)
  if (why !== undefined) throw new HostError(entry.path, why)
}

/** How many there are in a directory and below. */
const count = (host: Host, directory: string): number =>
  (host.readDir(directory)?.entries ?? []).reduce(
    (sum, { name, kind }) => sum + 1 + (kind === 'directory' ? count(host, `${directory}/${name}`) : 0),
    0,
  )

export interface Part {
  /** The tree to take, `ID` or `COMMIT:PATH`. */
  readonly tree: string
  /** The directories below it that are left out. */
  readonly without: readonly string[]
  /** What it has, paths as in the whole repository. */
  readonly entries: readonly Entry[]
  /** What of those paths is that of `tree`: `containers/web/rootfs/`. */
  readonly prefix: string
  /** Whether links may lead out of it, because it is a file system of its own. */
  readonly mayLeadOut: boolean
}

/** Writes a part of a commit into a new directory, and looks at everything there before anybody else does. Throws HostError. */
export const extract = (git: Git, part: Part, directory: string, { seconds }: ExtractLimits): void => {
  const { host } = git
  const { tree, without, entries, prefix, mayLeadOut } = part
  host.makeDirMode(directory, 0o755)
  if (entries.length > 0) {
    const most = streamSize(entries)
    const paths = without.length === 0 ? [] : ['--', '.', ...without.map((path) => `:(exclude,literal)${path}`)]
    const bounds = { seconds, bytes: most }
    const archive = gitCommand(git, ['archive', '--format=tar', tree, ...paths], bounds)
    const { status, stderr } = host.run(
      ['sh', '-c', SCRIPT, 'sh', directory, String(most), ...archive],
      patienceFor(bounds),
    )
    if (status !== 0) throw new HostError('git archive', wordsOf(git, stderr))
  }
  for (const entry of entries) checkOne(host, directory, entry, entry.path.slice(prefix.length), mayLeadOut)
  if (count(host, directory) !== entries.length) throw new HostError(tree, 'has more than its listing')
}
