import { infraService, mountUnit } from '../lib/layout/names.ts'
import { imageDir, mergedDir } from '../lib/layout/paths.ts'
import { asPattern, listUnits, queueJobs } from '../lib/program/systemctl.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'

const LEFT = ['active', 'activating', 'reloading'] as const

/** The mounts of a tenant by name: when its entry is gone, systemd knows them from the kernel only, and PartOf= with them is gone. */
const mountPatterns = (id: string): readonly string[] =>
  (['sysext', 'confext'] as const).flatMap((kind) => [
    asPattern(mountUnit(mergedDir(id, kind))),
    asPattern(mountUnit(imageDir(id, kind, 'X'))).replace(/X\.mount$/, '*.mount'),
  ])

/** tenant-cleanup(8): stops what is left of a tenant. Asks nothing of the registry: the entry may be gone. Data stays. */
export const tenantCleanup = tenantProgram('tenant-cleanup', (host, id) => {
  const patterns = [
    ...mountPatterns(id),
    infraService(id),
    `tenant-vm@${id}:*.service`,
    `tenant-container@${id}:*.service`,
  ]
  // Not waited for: mounts are ordered before the tenant, so they go when this program has ended.
  queueJobs(host, 'stop', listUnits(host, patterns, LEFT))
  return 0
})
