import {
  infraService,
  machinePatterns,
  mountsPattern,
  mountUnit,
  tenantService,
  tenantSlice,
} from '../lib/layout/names.ts'
import { boundRootfs, EXTENSION_CLASSES, imageClassDir, mergedDir } from '../lib/layout/paths.ts'
import { isUp, type Properties, queueJobs, showUnits } from '../lib/program/systemctl.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'

const patternsOf = (id: string): readonly string[] => [
  ...EXTENSION_CLASSES.flatMap((kind) => [mountUnit(mergedDir(id, kind)), mountsPattern(imageClassDir(id, kind))]),
  mountUnit(boundRootfs(id)),
  infraService(id),
  ...machinePatterns(id),
  tenantSlice(id),
]

/**
 * tenant-cleanup(8): stops what would be left of a tenant whose entry is gone: with its drop-ins went the edges by which
 * systemd stops it, and its mounts are known from the kernel only. What still has its edge is left to systemd, which may
 * be restarting it. Asks nothing of the registry. Data stays.
 */
export const tenantCleanup = tenantProgram('tenant-cleanup', (host, id) => {
  const edges = ['PartOf', 'BindsTo']
  const units = showUnits(host, patternsOf(id), ['Id', 'ActiveState', 'FragmentPath', ...edges])
  const hasEdge = (unit: Properties): boolean =>
    edges.some((edge) => unit[edge]?.split(' ').includes(tenantService(id)) === true)
  // A slice never has an edge. With its entry went its file, and then nothing stops it any more.
  const isKept = (unit: Properties): boolean => unit.Id === tenantSlice(id) && unit.FragmentPath !== ''
  const left = units.filter((unit) => isUp(unit) && !hasEdge(unit) && !isKept(unit))
  queueJobs(
    host,
    'stop',
    left.map(({ Id: name = '' }) => name),
  )
  return 0
})
