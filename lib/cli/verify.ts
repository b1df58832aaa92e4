import { isError, type Problem } from '../report/problem.ts'
import { furtherChecks } from './checks.ts'
import { findEntry, loadEntries } from './entries.ts'
import { survey } from './survey.ts'
import { printJson, problemText, type Verb } from './verb.ts'
import { explainRule, verifyTree } from './verify-path.ts'

/** `bitbuilder verify ID` is what a hint of the generators says: here it would lead in a circle. */
const withoutCircle = (problem: Problem): Problem => {
  const { hint, ...rest } = problem
  return hint === undefined || hint.startsWith('bitbuilder verify') ? rest : problem
}

/** No id has a slash or begins with a dot. */
const isPath = (operand: string): boolean => operand.includes('/') || operand.startsWith('.')

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
    if (operand !== undefined && isPath(operand)) return verifyTree(host, operand, { json, options })
    const entries = loadEntries(host)
    if (operand !== undefined) findEntry(entries, operand)
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
