import { isError, type Problem } from '../report/problem.ts'
import { furtherChecks } from './checks.ts'
import { findEntry, loadEntries } from './entries.ts'
import { survey } from './survey.ts'
import { printJson, problemText, type Verb } from './verb.ts'

/** `bitbuilder verify ID` is what a hint of the generators says: here it would lead in a circle. */
const withoutCircle = (problem: Problem): Problem => {
  const { hint, ...rest } = problem
  return hint === undefined || hint.startsWith('bitbuilder verify') ? rest : problem
}

export const verify: Verb = {
  name: 'verify',
  operand: { name: 'ID', required: false },
  summary: 'check everything that the generators read; exit status 1 when something is wrong',
  run: ({ host, operand, json }) => {
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
