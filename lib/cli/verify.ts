import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { isError, type Problem } from '../report/problem.ts'
import { furtherChecks } from './checks.ts'
import { type Entries, findEntry, loadEntries } from './entries.ts'
import { asPath, isPath } from './path.ts'
import { survey } from './survey.ts'
import { printJson, problemText, type Verb } from './verb.ts'
import { explainRule, verifyTree } from './verify-path.ts'

/** `bitbuilder verify ID` is what a hint of the generators says: here it would lead in a circle. */
const withoutCircle = (problem: Problem): Problem => {
  const { hint, ...rest } = problem
  return hint === undefined || hint.startsWith('bitbuilder verify') ? rest : problem
}

/** What goes only with a PATH, and would be without effect elsewhere. */
const OF_PATHS = ['--as', '--base', '--source', '--fix', '--sarif']

/** A file of the registry is looked at with all others, which may mask it. */
const ENTRY = /(?:^|\/)tenants\.d\/([^/]+)\.json$/

const refuseEntryFile = (path: string): void => {
  const id = ENTRY.exec(path)?.[1] ?? (path.endsWith('/tenants.json') ? '' : undefined)
  if (id !== undefined) throw new HostError(path, `is of the registry: bitbuilder verify ${id}`.trimEnd())
}

/** Throws HostError for what is no tenant; a word that names a file here was perhaps meant as a path. */
const requireTenant = (host: Host, entries: Entries, id: string): void => {
  if (!entries.loaded.some((one) => one.id === id) && host.stat(id) !== undefined)
    throw new HostError(
      `tenant '${id}'`,
      `is not in the registry; for what is called so here: bitbuilder verify ${asPath(id)}`,
    )
  findEntry(entries, id)
}

export const verify: Verb = {
  name: 'verify',
  operand: { name: 'ID|PATH', required: false },
  summary:
    'check everything that the generators read, or a tree, an image or a file; exit status 1 when something is wrong',
  options: [
    { name: '--as', value: 'KIND', summary: 'take PATH for this kind of thing' },
    { name: '--base', value: 'TREE', summary: 'the root file system that extensions will lie on' },
    { name: '--source', summary: 'PATH is a checkout of git, which keeps neither empty directories nor modes' },
    { name: '--fix', summary: 'repair what can safely be repaired' },
    { name: '--sarif', summary: 'print SARIF' },
    { name: '--explain', value: 'RULE', summary: 'say what a rule wants, and where it comes from' },
  ],
  run: ({ host, operand, json, options }) => {
    const rule = options.get('--explain')
    if (rule !== undefined) return explainRule(host, rule, json)
    if (operand !== undefined && isPath(operand)) {
      refuseEntryFile(operand)
      return verifyTree(host, operand, { json, options })
    }
    const entries = loadEntries(host)
    if (operand !== undefined) requireTenant(host, entries, operand)
    const stray = OF_PATHS.find((name) => options.has(name))
    if (stray !== undefined) throw new HostError(stray, 'is only for a PATH: a tree, an image or a file')
    const all = [...survey(host, operand).problems, ...furtherChecks(host, entries)].map(withoutCircle)
    const problems = all.filter(({ tenant }) => operand === undefined || tenant === operand)
    if (json) printJson(host, { problems })
    else {
      for (const problem of problems) host.print(`${problemText(host, problem)}\n`)
      if (problems.length === 0 && host.isTerminal()) host.print(`${entries.loaded.length} tenants, nothing wrong\n`)
    }
    return problems.some(isError) ? 1 : 0
  },
}
