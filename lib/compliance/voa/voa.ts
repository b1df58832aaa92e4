import type { OsRelease } from '../../systemd/os-release.ts'
import { type Check, guarded } from '../check.ts'
import { octal } from '../mode.ts'
import { below, type Entry, nameOf, parentOf, type Tree } from '../tree.ts'
import { checkLink, VERIFIER_LEVEL } from './links.ts'
import { anchorOf, isAnchor, LOAD_PATHS, locationOf, roleOf } from './load-path.ts'
import { checkLevelName } from './names.ts'
import { VOA } from './rules.ts'
import { checkVerifier, LONGEST } from './verifier.ts'

/** Of verifiers, and the directories that they are in, nobody has so many. */
const MOST_ENTRIES = 20_000
/** What is read of one load path; a distribution's whole keyring is a third of it. */
const MOST_BYTES = 32 << 20

interface Walk {
  readonly check: Check
  readonly release: OsRelease | undefined
  left: number
  bytes: number
}

const checkModes = ({ mode, tree, report }: Check, path: string, entry: Entry): void => {
  const expected = entry.kind === 'directory' ? 0o755 : 0o644
  if (entry.mode !== expected)
    report(VOA['VOA-30'], path, `has mode ${octal(entry.mode)}, expected ${octal(expected)}`, {
      fixes: [{ do: 'chmod', path, mode: expected }],
    })
  const owner = tree.node('')?.uid ?? 0
  if (mode === 'instance' && entry.uid !== owner)
    report(VOA['VOA-30'], path, `is owned by ${entry.uid}, expected ${owner}, who owns the tree`)
}

const PLACEHOLDERS = ['.gitkeep', '.gitignore']

const checkStray = ({ mode, report }: Check, path: string, entry: Entry, level: number): void => {
  const expected = level === VERIFIER_LEVEL ? 'file' : 'directory'
  const isPlaceholder = mode === 'source' && entry.kind === 'file' && PLACEHOLDERS.includes(entry.name)
  report(
    VOA['VOA-12'],
    path,
    `is a ${entry.kind}, expected a ${expected}`,
    isPlaceholder ? { severity: 'warning', fixes: [{ do: 'remove', path }] } : {},
  )
}

const checkSibling = ({ tree, report }: Check, path: string): void => {
  const name = nameOf(path)
  const role = roleOf(name)
  if (isAnchor(name) && role !== '' && !isAnchor(role) && tree.node(below(parentOf(path), role)) === undefined)
    report(VOA['VOA-08'], path, `there is no '${role}' beside it, with what '${anchorOf(role)}' vouches for`)
}

const checkFile = (walk: Walk, path: string, entry: Entry): void => {
  const { check } = walk
  const { purpose, technology } = locationOf(path)
  checkModes(check, path, entry)
  if (entry.links > 1) check.report(VOA['VOA-28'], path, `has ${entry.links} hard links, expected a link or a copy`)
  const before = walk.bytes
  walk.bytes -= Math.min(entry.size, LONGEST)
  if (walk.bytes >= 0) checkVerifier(check, path, technology, purpose)
  else if (before >= 0)
    check.report(VOA['VOA-12'], path, `is beyond ${MOST_BYTES >> 20} MiB of verifiers, not looking into more of them`)
}

const isPlaceholder = ({ mode }: Check, { kind, name }: Entry): boolean =>
  mode === 'source' && kind === 'file' && PLACEHOLDERS.includes(name)

const checkEntry = (walk: Walk, path: string, entry: Entry, level: number): void => {
  const { check, release } = walk
  const isLevel = level < VERIFIER_LEVEL
  if (entry.kind === 'link') guarded(check, VOA['VOA-23'], path, () => checkLink(check, path, level))
  if (isLevel && (entry.kind === 'directory' || entry.kind === 'link'))
    checkLevelName(check, path, entry.name, level, release)
  if (level === 2 && entry.kind !== 'file') checkSibling(check, path)
  if (isLevel && entry.kind === 'directory') {
    checkModes(check, path, entry)
    checkLevel(walk, path, level + 1)
  } else if (!isLevel && entry.kind === 'file' && !isPlaceholder(check, entry)) checkFile(walk, path, entry)
  else if (entry.kind !== 'link') checkStray(check, path, entry, level)
}

/** What is in the directory `path`; `level`: of what is in it, from 1. */
const checkLevel = (walk: Walk, path: string, level: number): void => {
  const entries = guarded(walk.check, VOA['VOA-12'], path, () => walk.check.tree.entries(path)) ?? []
  for (const entry of entries) {
    walk.left -= 1
    if (walk.left === 0)
      walk.check.report(VOA['VOA-12'], path, `has more than ${MOST_ENTRIES} files in all, not looking further`)
    if (walk.left <= 0) return
    checkEntry(walk, below(path, entry.name), entry, level)
  }
}

/** One load path, at its place in `check.tree`. */
export const checkLoadPath = (check: Check, loadPath: string, release: OsRelease | undefined): void => {
  const kind = check.tree.node(loadPath)?.kind
  if (kind === undefined) return
  if (kind !== 'directory') {
    check.report(VOA['VOA-12'], loadPath, `is a ${kind}, expected a directory`)
    return
  }
  checkLevel({ check, release, left: MOST_ENTRIES, bytes: MOST_BYTES }, loadPath, 1)
}

/** The load paths that a tree has. */
export const loadPathsIn = (tree: Tree): readonly string[] =>
  LOAD_PATHS.filter((loadPath) => tree.node(loadPath) !== undefined)
