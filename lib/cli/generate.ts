import { logProblems } from '../program/generator.ts'
import { isError } from '../report/problem.ts'
import { findEntry, loadEntries } from './entries.ts'
import { renderFile, survey } from './survey.ts'
import { printJson, type Verb } from './verb.ts'

export const generate: Verb = {
  name: 'generate',
  operand: { name: 'ID', required: false },
  summary: 'print every unit that the generators would write, with its path',
  run: ({ host, operand, json }) => {
    if (operand !== undefined) findEntry(loadEntries(host), operand)
    const { files, problems } = survey(host, operand)
    if (json) printJson(host, { files, problems })
    else {
      host.print(files.map(renderFile).join(''))
      logProblems(host, '', problems)
    }
    return problems.some(isError) ? 1 : 0
  },
}
