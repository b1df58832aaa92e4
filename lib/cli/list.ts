import type { Host } from '../host/host.ts'
import { logProblems } from '../program/generator.ts'
import { isError } from '../report/problem.ts'
import type { Loaded } from '../tenant/load.ts'
import { loadEntries } from './entries.ts'
import { paint, printJson, table, type Verb } from './verb.ts'

interface Row {
  readonly id: string
  readonly state: Loaded['state'] | 'masked'
  readonly enabled: boolean
  readonly definedIn: string
  readonly description: string
}

const rowOf = (loaded: Loaded): Row => {
  const { id, state } = loaded
  if (loaded.state === 'refused')
    return { id, state, enabled: loaded.enabled, definedIn: loaded.definedIn, description: '' }
  const { enabled, definedIn, description } = loaded.tenant
  return { id, state, enabled, definedIn, description: description ?? '' }
}

const COLOUR = { here: 'green', elsewhere: 'grey', refused: 'red', masked: 'grey' } as const

const printTable = (host: Host, rows: readonly Row[]): void => {
  if (rows.length === 0) return
  const cells = rows.map(({ id, state, enabled, definedIn, description }) => [
    id,
    state,
    enabled ? 'yes' : 'no',
    definedIn,
    description,
  ])
  const [head = '', ...lines] = table([['ID', 'STATE', 'AT BOOT', 'DEFINED IN', 'DESCRIPTION'], ...cells]).split('\n')
  const painted = lines.map((line, index) => {
    const { state } = rows[index] as Row
    return line.replace(` ${state} `, ` ${paint(host, COLOUR[state], state)} `)
  })
  host.print(`${[paint(host, 'bold', head), ...painted].join('\n')}\n`)
}

export const list: Verb = {
  name: 'list',
  summary: 'list the tenants of the registry',
  run: ({ host, json }) => {
    const { loaded, load } = loadEntries(host)
    const masked = load.registry.masked.map(
      (id): Row => ({ id, state: 'masked', enabled: false, definedIn: '', description: '' }),
    )
    const rows = [...loaded.map(rowOf), ...masked].sort((a, b) => (a.id < b.id ? -1 : 1))
    if (json) printJson(host, rows)
    else printTable(host, rows)
    // What belongs to no tenant would otherwise be missing without a word.
    logProblems(host, '', load.registry.problems)
    return load.registry.problems.some(isError) ? 1 : 0
  },
}
