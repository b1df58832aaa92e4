import { findOutdated } from '../converge/actual.ts'
import { reloadTogether } from '../converge/execute.ts'
import { patternsOf } from '../converge/units-of.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { isTenantId, TENANT_ID_WORDS, tenantService } from '../layout/names.ts'
import { logProblems } from '../program/generator.ts'
import { isUp, type Properties, showUnits, stopUnits } from '../program/systemctl.ts'
import { findDefinitions } from '../removal/definitions.ts'
import { hasData, purge } from '../removal/purge.ts'
import type { Verb } from './verb.ts'

/** Seconds. A guest has two minutes to end, and the tenant's service five. */
const PATIENCE_STOP = 900
const PATIENCE = 60

const unitsOf = (host: Host, id: string): readonly Properties[] =>
  showUnits(host, patternsOf(id), ['Id', 'ActiveState'])

const nameOf = ({ Id: name = '' }: Properties): string => name

/** The service first: it takes along what is bound to it, in order. What is left then has lost its bond. */
const stop = (host: Host, id: string): void => {
  mustRun(host, ['systemctl', 'disable', '--quiet', '--no-reload', '--', tenantService(id)], PATIENCE)
  const service = tenantService(id)
  const up = unitsOf(host, id).filter((unit) => unit.ActiveState !== 'inactive' && unit.ActiveState !== 'failed')
  if (up.length > 0) host.print(`stopping ${service}\n`)
  if (up.some((unit) => nameOf(unit) === service)) stopUnits(host, [service], PATIENCE_STOP)
  const left = unitsOf(host, id).filter((unit) => isUp(unit) || unit.ActiveState === 'deactivating')
  stopUnits(host, left.map(nameOf), PATIENCE_STOP)
}

/** One reload, if any, and no failure of a tenant that is not there any more. */
const forget = (host: Host, id: string): void => {
  if (findOutdated(host, id, []) !== undefined) reloadTogether(host, () => findOutdated(host, id, []))
  const failed = unitsOf(host, id).filter((unit) => unit.ActiveState === 'failed')
  if (failed.length > 0) mustRun(host, ['systemctl', 'reset-failed', '--', ...failed.map(nameOf)], PATIENCE)
}

/** Each step may be repeated, and leaves the next ones to do: killed at any point and called again, it ends the same. */
const removeTenant = (host: Host, id: string, files: readonly string[]): void => {
  stop(host, id)
  for (const file of files) {
    host.print(`removing ${file}\n`)
    host.remove(file)
  }
  forget(host, id)
}

const isThere = (host: Host, id: string): boolean =>
  hasData(host, id) || unitsOf(host, id).some(isUp) || findOutdated(host, id, []) !== undefined

export const remove: Verb = {
  name: 'remove',
  operand: { name: 'ID', required: true },
  summary: 'stop a tenant and remove its entry; its data stays',
  options: [{ name: '--purge-data', summary: 'delete its data and give up its addresses as well' }],
  isLive: true,
  run: ({ host, operand = '', options }) => {
    if (!isTenantId(operand)) throw new HostError(`tenant '${operand}'`, `an id is made of ${TENANT_ID_WORDS}`)
    const { files, others } = findDefinitions(host, operand)
    if (others.length > 0) {
      logProblems(host, '', others)
      return 1
    }
    if (files.length === 0 && !isThere(host, operand))
      throw new HostError(`tenant '${operand}'`, 'is not in the registry, and nothing of it is here')
    removeTenant(host, operand, files)
    if (options.has('--purge-data')) purge(host, operand)
    return 0
  },
}
