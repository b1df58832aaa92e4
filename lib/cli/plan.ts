import { converge } from '../converge/converge.ts'
import { HostError } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import { logProblems } from '../program/generator.ts'
import { printJson, table, type Verb } from './verb.ts'

export const plan: Verb = {
  name: 'plan',
  operand: { name: 'ID', required: true },
  summary: 'show what starting or reloading a tenant would do now',
  isLive: true,
  run: ({ host, operand = '', json }) => {
    if (!isTenantId(operand)) throw new HostError(`tenant '${operand}'`, `an id is made of ${TENANT_ID_WORDS}`)
    const { state, steps, problems } = converge(host, operand)
    if (state === 'unknown' && steps.length === 0)
      throw new HostError(`tenant '${operand}'`, 'is not in the registry: bitbuilder list')
    if (json) {
      printJson(host, { steps, problems })
      return 0
    }
    logProblems(host, '', problems)
    if (steps.length > 0) host.print(`${table(steps.map((step) => [step.do, step.unit ?? '', step.why]))}\n`)
    else if (host.isTerminal()) host.print('nothing to do\n')
    return 0
  },
}
