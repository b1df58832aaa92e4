import type { Host } from '../host/host.ts'
import { printable } from '../report/problem.ts'
import { readTemplate, templatesHere } from '../templates/read.ts'
import { type Unmet, unmetRequirements } from '../templates/requirements.ts'
import { paint, printJson, problemText, table, type Verb } from './verb.ts'

const describe = (host: Host, name: string, dir: string) => {
  const read = readTemplate(host, dir)
  if ('problems' in read) return { name, directory: dir, problems: read.problems }
  const { type, version, description } = read.metadata.template
  return { name, type, version, description, directory: dir, missing: unmetRequirements(host, read.metadata) }
}

type Row = ReturnType<typeof describe>

const unmetText = (host: Host, name: string, { requirement, message, hint }: Unmet): string => {
  const line = `${paint(host, 'yellow', 'missing')}: ${name}: ${requirement}: ${printable(message)}`
  return hint === undefined ? line : `${line}\n  hint: ${hint}`
}

const print = (host: Host, rows: readonly Row[]): void => {
  const cells = rows.map((row) => [
    row.name,
    row.type ?? '-',
    row.version ?? '-',
    row.directory,
    (row.missing ?? []).map(({ requirement }) => requirement).join(' ') || (row.type === undefined ? 'refused' : '-'),
  ])
  host.print(`${table([['NAME', 'TYPE', 'VERSION', 'FROM', 'MISSING HERE'], ...cells])}\n`)
  for (const { problems = [], missing = [], name } of rows) {
    for (const problem of problems) host.print(`${problemText(host, problem)}\n`)
    for (const unmet of missing) host.print(`${unmetText(host, name, unmet)}\n`)
  }
}

export const templateList: Verb = {
  name: 'template list',
  summary: 'list the templates of this host, and what it lacks for them',
  run: ({ host, json }) => {
    const rows = [...templatesHere(host)].map(([name, dir]) => describe(host, name, dir))
    if (json) printJson(host, { templates: rows })
    else print(host, rows)
    return rows.some((row) => row.problems !== undefined) ? 1 : 0
  },
}
