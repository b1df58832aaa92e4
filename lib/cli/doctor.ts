import { BASE } from '../doctor/base.ts'
import type { Check, Context, Feature, Finding } from '../doctor/check.ts'
import { IMAGES } from '../doctor/images.ts'
import { type Install, installer } from '../doctor/install.ts'
import { MACHINES } from '../doctor/machines.ts'
import { needsOf } from '../doctor/needs.ts'
import { NETWORK } from '../doctor/network.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { printable } from '../report/problem.ts'
import { loadEntries } from './entries.ts'
import { paint, printJson, table, type Verb } from './verb.ts'

const CHECKS: readonly Check[] = [...BASE, ...NETWORK, ...MACHINES, ...IMAGES]

interface Result {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'missing'
  readonly detail: string
  readonly hint?: string
  /** A tenant that needs it, where there is one. */
  readonly neededBy?: string
  /** Verbs that use it, where no tenant needs it. */
  readonly usedBy?: string
}

const look = ({ look: find }: Check, context: Context): Finding =>
  orElse(
    () => find(context),
    ({ message }) => ({ state: 'worse', detail: message }),
  )

const examine = (check: Check, context: Context, needs: ReadonlyMap<Feature, string>, install: Install): Result => {
  const found = look(check, context)
  const neededBy = check.neededFor.map((feature) => needs.get(feature)).find((id) => id !== undefined)
  const isMissing = found.state === 'missing' && neededBy !== undefined
  const state = found.state === 'ok' ? 'ok' : isMissing ? 'missing' : 'warning'
  const packages = found.state === 'missing' && check.packages !== undefined ? install(check.packages) : undefined
  const hint = found.hint ?? packages
  return {
    name: check.name,
    state,
    detail: printable(found.detail),
    ...(hint === undefined ? {} : { hint }),
    ...(neededBy === undefined ? {} : { neededBy }),
    ...(check.usedBy === undefined ? {} : { usedBy: check.usedBy }),
  }
}

const COLOUR = { ok: 'green', warning: 'yellow', missing: 'red' } as const

/** Why it matters, or that it does not yet. */
const remark = ({ state, neededBy, usedBy }: Result): string => {
  if (state === 'missing') return `, and tenant '${neededBy}' needs it`
  if (state === 'warning' && usedBy !== undefined) return `, for ${usedBy}`
  return state === 'warning' && neededBy === undefined ? ', no tenant needs it' : ''
}

const print = (host: Host, results: readonly Result[]): void => {
  const rows = results.map((result) => [result.state, result.name, `${result.detail}${remark(result)}`])
  const lines = table(rows).split('\n')
  for (const [index, { state, hint }] of results.entries()) {
    const line = (lines[index] as string).replace(state, paint(host, COLOUR[state], state))
    host.print(hint === undefined || state === 'ok' ? `${line}\n` : `${line}\n  hint: ${hint}\n`)
  }
}

export const doctor: Verb = {
  name: 'doctor',
  summary: 'check what this host needs for its tenants; exit status 1 when something is missing',
  isLive: true,
  run: ({ host, json }) => {
    const tenants = loadEntries(host).loaded.flatMap((one) => (one.state === 'here' ? [one.tenant] : []))
    const needs = needsOf(host, tenants)
    const install = installer(host)
    const results = CHECKS.map((check) => examine(check, { host, tenants }, needs, install))
    if (json) printJson(host, { checks: results })
    else print(host, results)
    return results.some(({ state }) => state === 'missing') ? 1 : 0
  },
}
