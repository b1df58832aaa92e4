import { HostError } from '../host/host.ts'
import { isNetworkCurrent, readPlan } from '../network/current.ts'
import { explainNetwork, type LinkState, readPublicKey } from '../network/explain.ts'
import { findEntry, loadEntries } from './entries.ts'
import { type Colour, paint, printJson, table, type Verb } from './verb.ts'

const COLOUR: Readonly<Record<LinkState, Colour>> = {
  up: 'green',
  'no carrier': 'yellow',
  down: 'yellow',
  absent: 'red',
}

export const network: Verb = {
  name: 'network',
  operand: { name: 'ID', required: true },
  summary: "explain the names, numbers and addresses of a tenant's network",
  run: ({ host, operand = '', json }) => {
    const loaded = findEntry(loadEntries(host), operand)
    if (loaded.state === 'refused')
      throw new HostError(`tenant '${operand}'`, `is refused: bitbuilder verify ${operand}`)
    const { tenant } = loaded
    if (tenant.network.mode === 'none') {
      if (json) printJson(host, { id: operand, plan: null })
      else host.print('none: network.mode says so\n')
      return 0
    }
    const planned = readPlan(host, tenant)
    const facts = explainNetwork(host, tenant, planned)
    const isCurrent = isNetworkCurrent(host, tenant)
    if (json) {
      const { plan, isGiven } = planned
      printJson(host, { id: operand, isGiven, isCurrent, publicKey: readPublicKey(host, operand), plan, facts })
      return 0
    }
    const lines = table(facts.map(({ what, value, state = '', from }) => [what, value, state, from])).split('\n')
    const painted = lines.map((line, at) => {
      const state = facts[at]?.state
      return state === undefined ? line : line.replace(`  ${state}  `, `  ${paint(host, COLOUR[state], state)}  `)
    })
    const rest = isCurrent ? [] : ['', `Not set up as it is here: systemctl start or reload tenant-network@${operand}`]
    host.print(`${[...painted, ...rest].join('\n')}\n`)
    return 0
  },
}
