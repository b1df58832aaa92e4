import { patternsOf } from '../lib/converge/units-of.ts'
import { isMachineUnit, tenantService, tenantSlice } from '../lib/layout/names.ts'
import { isUp, type Properties, queueJobs, showUnits, stopUnits } from '../lib/program/systemctl.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'

/** A guest has two minutes to end, and we have five, tenant@.service. Seconds. */
const PATIENCE = 240

const EDGES = ['PartOf', 'BindsTo'] as const

const nameOf = ({ Id: name = '' }: Properties): string => name

/**
 * tenant-cleanup(8): stops what would be left of a tenant whose entry is gone: with its drop-ins went the edges by which
 * systemd stops it, and its mounts are known from the kernel only. What still has its edge is left to systemd, which may
 * be restarting it. Asks nothing of the registry. Data stays.
 */
export const tenantCleanup = tenantProgram('tenant-cleanup', (host, id) => {
  const service = tenantService(id)
  const hasEdge = (unit: Properties): boolean => EDGES.some((edge) => unit[edge]?.split(' ').includes(service) === true)
  // Everything else has its edge from a template, or ends by itself. A slice never has one: with its entry went its file,
  // and then nothing stops it any more.
  const isOurs = (unit: Properties): boolean => {
    const name = nameOf(unit)
    return isMachineUnit(name) || name.endsWith('.mount') || (name === tenantSlice(id) && unit.FragmentPath === '')
  }
  const units = showUnits(host, patternsOf(id), ['Id', 'ActiveState', 'FragmentPath', ...EDGES])
  const left = units.filter((unit) => isUp(unit) && isOurs(unit) && !hasEdge(unit)).map(nameOf)
  // Nobody is to run without the network and the rules that systemd takes away next.
  stopUnits(host, left.filter(isMachineUnit), PATIENCE)
  queueJobs(
    host,
    'stop',
    left.filter((unit) => !isMachineUnit(unit)),
  )
  return 0
})
