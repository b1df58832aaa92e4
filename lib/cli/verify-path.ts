import { allRules } from '../compliance/all-rules.ts'
import type { Finding } from '../compliance/finding.ts'
import { applyFixes, fixWords } from '../compliance/fix.ts'
import { readBase, type Verified, verifyPath, type Wishes } from '../compliance/verify.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { isError } from '../report/problem.ts'
import { sarif } from './sarif.ts'
import { paint, printJson, problemText } from './verb.ts'

/** `bitbuilder verify PATH`: what lib/compliance has to say of a tree, an image or a file. */

/** Of one rule so many are printed for people. */
const MOST_PRINTED = 20

const toJson = (path: string, { kind, mode, list, dropped }: Verified): unknown => ({
  path,
  kind: kind.name,
  mode,
  findings: list.map(({ rule, severity, at, message, hint, path: inner, fixes, isLost }) => ({
    rule: rule.id,
    severity,
    message,
    path: inner,
    at,
    ...(hint === undefined ? {} : { hint }),
    ...(fixes.length === 0 ? {} : { fixes }),
    ...(isLost === undefined ? {} : { isLost }),
    source: rule.source,
  })),
  ...(dropped.size === 0 ? {} : { further: Object.fromEntries(dropped) }),
})

/** The rule at the end of the line, as compilers have it. */
const findingText = (host: Host, finding: Finding): string =>
  problemText(host, { ...finding, message: `${finding.message} [${finding.rule.id}]` })

const printForPeople = (host: Host, { list, dropped }: Verified): void => {
  const printed = new Map<string, number>()
  for (const finding of list) {
    const { id } = finding.rule
    const count = (printed.get(id) ?? 0) + 1
    printed.set(id, count)
    if (count <= MOST_PRINTED) host.print(`${findingText(host, finding)}\n`)
  }
  for (const [id, count] of printed) {
    const more = count + (dropped.get(id) ?? 0) - MOST_PRINTED
    if (more > 0) host.print(`and ${more} more of ${id}: --json has them\n`)
  }
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const summary = (path: string, { kind, mode, list }: Verified): string => {
  const errors = list.filter(isError).length
  const fixable = list.filter(({ fixes }) => fixes.length > 0).length
  const found =
    list.length === 0 ? 'nothing wrong' : `${plural(errors, 'error')}, ${plural(list.length - errors, 'warning')}`
  const hint = fixable === 0 ? '' : `; --fix takes care of ${fixable}`
  return `${path}: ${kind.name}${mode === 'source' ? ' as a source' : ''}, ${found}${hint}\n`
}

/** In a template that is no fault: `template instantiate` makes empty directories and modes good, and git could not keep them. */
const withoutLost = (found: Verified): Verified =>
  found.kind.name === 'template' ? { ...found, list: found.list.filter(({ isLost }) => isLost === undefined) } : found

/** Repairs what can be repaired and looks again: a fix may uncover something. */
const MOST_ROUNDS = 5

const repaired = (host: Host, path: string, wishes: Wishes, first: Verified, say: boolean): Verified => {
  let found = first
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const fixes = found.list.flatMap((finding) => finding.fixes)
    if (fixes.length === 0) break
    const refused = applyFixes(host, found.directory, fixes)
    for (const { fix, reason } of refused) host.log('error', `cannot ${fixWords(fix)}: ${reason}`)
    const done = fixes.filter((fix) => refused.every((one) => one.fix !== fix))
    if (say) for (const fix of done) host.print(`${paint(host, 'green', 'fixed')}: ${fixWords(fix)}\n`)
    found = verifyPath(host, path, wishes)
    if (done.length === 0) break
  }
  return found
}

export interface PathOptions {
  readonly json: boolean
  readonly options: ReadonlyMap<string, string>
}

/** Exit status: 0 without errors, 1 with. */
export const verifyTree = (host: Host, path: string, { json, options }: PathOptions): number => {
  const base = options.get('--base')
  const wishes: Wishes = {
    as: options.get('--as'),
    mode: options.has('--source') ? 'source' : undefined,
    base: base === undefined ? undefined : readBase(host, base),
  }
  const isForMachines = json || options.has('--sarif')
  const first = verifyPath(host, path, wishes)
  const found = options.has('--fix') ? repaired(host, path, wishes, first, !isForMachines) : first
  const shown = withoutLost(found)
  if (options.has('--sarif')) printJson(host, sarif(shown.list))
  // All of it: whoever makes something of a template reads here what git has lost.
  else if (json) printJson(host, toJson(path, found))
  else {
    printForPeople(host, shown)
    if (host.isTerminal()) host.print(summary(path, shown))
  }
  return found.list.some(isError) ? 1 : 0
}

/** With the numbers that there are, where the letters are right. */
const unknownRule = (wanted: string): string => {
  const area = `${wanted.replace(/-.*$/, '')}-`
  const ids = allRules().flatMap((one) => (one.id.startsWith(area) ? [one.id] : []))
  return `does not exist${ids.length === 0 ? '' : `, but ${ids[0]} to ${ids.at(-1)}`}: bitbuilder-rules(7) lists them`
}

/** `--explain=ROOT-03`; throws HostError when there is no such rule. */
export const explainRule = (host: Host, id: string, json: boolean): number => {
  // `root-3` is ROOT-03.
  const wanted = id.toUpperCase().replace(/-([0-9])$/, '-0$1')
  const rule = allRules().find((one) => one.id === wanted)
  if (rule === undefined) throw new HostError(`rule '${id}'`, unknownRule(wanted))
  if (json) printJson(host, rule)
  else {
    const { severity, requires, why, fix, source } = rule
    const lines = [
      `${paint(host, 'bold', rule.id)} (${severity}): ${requires}`,
      ...(why === undefined ? [] : ['', why]),
      ...(fix === undefined ? [] : ['', `--fix: ${fix}`]),
      '',
      `${source.words}: ${source.url}`,
    ]
    host.print(`${lines.join('\n')}\n`)
  }
  return 0
}
