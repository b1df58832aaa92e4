import { patternsOf } from '../converge/units-of.ts'
import { HostError } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import type { Verb } from './verb.ts'

/** Options of journalctl(1) that are handed on. */
const HANDED_ON = ['--follow', '--lines', '--since'] as const

export const logs: Verb = {
  name: 'logs',
  operand: { name: 'ID', required: true },
  summary: 'show what the journal has of a tenant, its machines included',
  options: [
    { name: '--follow', short: '-f', summary: 'go on with what comes' },
    { name: '--lines', short: '-n', value: 'COUNT', summary: 'show only the last COUNT lines' },
    { name: '--since', value: 'TIME', summary: 'show only what came since then' },
  ],
  isLive: true,
  run: ({ host, operand = '', json, options }) => {
    // A tenant that has gone has left its journal.
    if (!isTenantId(operand)) throw new HostError(`tenant '${operand}'`, `an id is made of ${TENANT_ID_WORDS}`)
    const chosen = HANDED_ON.filter((name) => options.has(name)).map((name) => {
      const value = options.get(name) ?? ''
      return value === '' ? name : `${name}=${value}`
    })
    const output = json ? ['--output=json'] : []
    // The slice finds what ran in it under whatever name; the units, what systemd itself says of them.
    const units = patternsOf(operand).map((pattern) => `--unit=${pattern}`)
    host.become(['journalctl', ...output, ...chosen, ...units])
    return 0
  },
}
