import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { OsRelease } from '../systemd/os-release.ts'
import type { Finding, Fix } from './finding.ts'
import type { Rule } from './rule.ts'
import { below, subtree, type Tree } from './tree.ts'

/** `source`: a checkout of git, in which is not what git cannot keep. `instance`: what is going to run. */
export type Mode = 'source' | 'instance'

/** What an extension is going to lie on. */
export interface Base {
  readonly tree: Tree
  readonly release: OsRelease
}

/** What else there is to say of one finding. */
export interface More {
  /** From 1; of a text file. */
  readonly line?: number
  readonly column?: number
  readonly hint?: string
  readonly fixes?: readonly Fix[]
  /** Git keeps no empty directories, owners, and only two modes: in a source this is no more than a warning. */
  readonly isLost?: boolean
  /** Where a rule has two of them. */
  readonly severity?: 'error' | 'warning'
}

export interface Check {
  readonly host: Host
  readonly tree: Tree
  /** What is looked at: `''` for the whole tree, else a file in it. */
  readonly subject: string
  readonly mode: Mode
  readonly base: Base | undefined
  /** `path` is one of `tree`, `''` for its root. */
  report(rule: Rule, path: string, message: string, more?: More): void
}

/** Of one rule so many are kept; a hostile tree breaks one a million times. */
const MOST_OF_A_RULE = 1000

export interface Findings {
  readonly list: readonly Finding[]
  /** How many were not kept, by rule. */
  readonly dropped: ReadonlyMap<string, number>
}

export interface Collector extends Findings {
  add(finding: Finding): void
}

export const collector = (): Collector => {
  const list: Finding[] = []
  const counts = new Map<string, number>()
  const dropped = new Map<string, number>()
  return {
    list,
    dropped,
    add: (finding) => {
      const { id } = finding.rule
      const count = (counts.get(id) ?? 0) + 1
      counts.set(id, count)
      if (count <= MOST_OF_A_RULE) list.push(finding)
      else dropped.set(id, count - MOST_OF_A_RULE)
    },
  }
}

const toFinding = (
  name: string,
  mode: Mode,
  rule: Rule,
  path: string,
  message: string,
  { line = 0, column = 0, hint, fixes = [], isLost = false, severity }: More,
): Finding => ({
  rule,
  path,
  severity: severity ?? (isLost && mode === 'source' ? 'warning' : rule.severity),
  at: { file: path === '' ? name : name === '/' ? `/${path}` : below(name, path), line, column },
  message,
  ...(hint === undefined ? {} : { hint }),
  fixes,
  ...(isLost && mode === 'source' ? { isLost } : {}),
})

/** A check of `tree`, whose findings go to `into`. */
export const newCheck = (
  host: Host,
  tree: Tree,
  into: Collector,
  { subject = '', mode = 'instance', base }: { subject?: string; mode?: Mode; base?: Base | undefined } = {},
): Check => ({
  host,
  tree,
  subject,
  mode,
  base,
  report: (rule, path, message, more = {}) => into.add(toFinding(tree.name, mode, rule, path, message, more)),
})

const movedFix = (top: string, fix: Fix): Fix => ({
  ...fix,
  path: fix.path === '' ? top : below(top, fix.path),
  ...('to' in fix ? { to: below(top, fix.to) } : {}),
})

/** The same check for a directory of its tree, with the paths of what is found, and of fixes, as the outer one has them. */
export const inside = (check: Check, top: string, base = check.base): Check => ({
  ...check,
  tree: subtree(check.tree, top),
  subject: '',
  base,
  report: (rule, path, message, more = {}) =>
    check.report(rule, path === '' ? top : below(top, path), message, {
      ...more,
      fixes: (more.fixes ?? []).map((fix) => movedFix(top, fix)),
    }),
})

/** Runs `work`; what cannot be read in it is a finding of `rule`, and it goes on without. */
export const guarded = <T>(check: Check, rule: Rule, path: string, work: () => T): T | undefined => {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof HostError)) throw thrown
    check.report(rule, path, thrown.reason)
    return undefined
  }
}
