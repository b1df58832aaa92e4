import { orElse } from '../../host/host.ts'
import { type OsRelease, parseOsRelease } from '../../systemd/os-release.ts'
import { type Base, type Check, guarded } from '../check.ts'
import { textAt } from '../resolve.ts'
import { below, type Tree } from '../tree.ts'
import { LOAD_PATHS, loadPathOf, locationOf } from './load-path.ts'
import { VOA } from './rules.ts'
import { checkLoadPath, loadPathsIn } from './voa.ts'

/** Of a root file system, of a system extension, of a configuration extension. */
export type Holder = 'os' | 'sysext' | 'confext'

const LONGEST_RELEASE = 1 << 20

const releaseOf = (tree: Tree): OsRelease | undefined => {
  const text = ['etc/os-release', 'usr/lib/os-release']
    .map((path) => textAt(tree, path, LONGEST_RELEASE))
    .find((one) => one !== undefined)
  const parsed = text === undefined ? undefined : parseOsRelease(text)
  return parsed !== undefined && 'values' in parsed ? parsed.values : undefined
}

/** What is written wrong in it is found by the rules of os-release. */
const knownRelease = (check: Check, holder: Holder, base: Base | undefined): OsRelease | undefined =>
  holder === 'os'
    ? orElse(
        () => releaseOf(check.tree),
        () => undefined,
      )
    : base?.release

/** Directories in which somebody might look for a load path. */
const NEARBY = [
  '',
  'etc/xdg',
  'opt',
  'srv',
  'usr',
  'usr/lib',
  'usr/local',
  'usr/local/etc',
  'usr/local/lib',
  'var',
  'var/lib',
]

/** As deep as a load path, with a technology that is known. */
export const looksLikeLoadPath = (tree: Tree, top: string): boolean => {
  let level = [top]
  for (let depth = 0; depth < 4; depth += 1)
    level = level
      .flatMap((path) =>
        tree
          .entries(path)
          .filter(({ kind }) => kind === 'directory')
          .map(({ name }) => below(path, name)),
      )
      .slice(0, 100)
  return level.some((path) =>
    ['openpgp', 'ssh', 'x509', 'minisign', 'signify'].includes(path.slice(path.lastIndexOf('/') + 1)),
  )
}

const checkNearby = ({ tree, report }: Check): void => {
  for (const parent of NEARBY) {
    const path = below(parent, 'voa')
    if (tree.node(path)?.kind === 'directory' && looksLikeLoadPath(tree, path))
      report(VOA['VOA-01'], path, 'is no load path, its verifiers are never found', {
        hint: `move it to ${path.startsWith('etc/') ? 'etc/voa' : 'usr/share/voa'}`,
      })
  }
}

const checkRun = ({ tree, report }: Check): void => {
  const [first] = tree.entries('run/voa')
  if (first !== undefined)
    report(VOA['VOA-02'], 'run/voa', `has '${first.name}', /run is empty when a system starts`, {
      hint: 'what a tree brings belongs into usr/share/voa',
    })
}

/** What of them an extension brings to a host. */
const EFFECTIVE: Readonly<Record<Holder, readonly string[]>> = {
  os: LOAD_PATHS,
  sysext: ['usr/local/share/voa', 'usr/share/voa'],
  confext: ['etc/voa'],
}

const isSame = (tree: Tree, one: string, other: string, size: number): boolean => {
  const [left, right] = [tree.bytes(one, 0, size), tree.bytes(other, 0, size)]
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}

/** In bytes, of all pairs together: what is beyond counts as different. */
const MOST_COMPARED = 32 << 20

const filesOf = (tree: Tree, loadPath: string): readonly string[] => {
  let level = [loadPath]
  for (let depth = 0; depth < 5; depth += 1)
    level = level.flatMap((path) => tree.entries(path).map(({ name }) => below(path, name)))
  return level.filter((path) => tree.node(path)?.kind === 'file')
}

/** The same verifier in another load path, of lower priority. */
const checkTwins = (check: Check, present: readonly string[]): void => {
  const { tree, report } = check
  let left = MOST_COMPARED
  for (const [index, higher] of present.entries())
    for (const path of index === present.length - 1 ? [] : filesOf(tree, higher))
      for (const lower of present.slice(index + 1)) {
        const twin = `${lower}${path.slice(higher.length)}`
        const [one, other] = [tree.node(path), tree.node(twin)]
        if (one === undefined || other?.kind !== 'file') continue
        left -= one.size
        const isEqual = one.size === other.size && left >= 0 && isSame(tree, path, twin, one.size)
        const effect =
          locationOf(path).technology === 'openpgp'
            ? 'both are merged'
            : `the one in /${loadPathOf(twin)} is never used`
        if (!isEqual) report(VOA['VOA-29'], path, `is not the same as ${twin}, ${effect}`)
      }
}

/** The load paths of a root file system, or of a tree that is going to be merged into one. */
export const checkVerifiers = (check: Check, holder: Holder = 'os'): void => {
  const present = loadPathsIn(check.tree)
  const effective = EFFECTIVE[holder]
  const release = present.length === 0 ? undefined : knownRelease(check, holder, check.base)
  for (const loadPath of present) {
    if (effective.includes(loadPath)) checkLoadPath(check, loadPath, release)
    else
      check.report(VOA['VOA-31'], loadPath, `is never merged from a ${holder}`, {
        hint: `it may have ${effective.join(', ')}`,
      })
  }
  if (holder === 'os') {
    checkNearby(check)
    checkRun(check)
  }
  guarded(check, VOA['VOA-29'], '', () =>
    checkTwins(
      check,
      present.filter((one) => effective.includes(one)),
    ),
  )
}
