import { converge } from '../lib/converge/converge.ts'
import { execute } from '../lib/converge/execute.ts'
import { requireProvisioned } from '../lib/git/state.ts'
import { HostError } from '../lib/host/host.ts'
import { tenantService } from '../lib/layout/names.ts'
import { logProblems } from '../lib/program/generator.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { applyStorageLimit } from '../lib/storage/limit.ts'

/** tenant-manager(8): makes what runs what should run, and ends. */
export const tenantManager = tenantProgram('tenant-manager', (host, id) => {
  const convergence = converge(host, id)
  const { tenant, desired, actual, problems } = convergence
  if (tenant !== undefined) requireProvisioned(host, tenant)
  logProblems(host, '', problems)
  // A reload finds that the entry has gone, and stops what runs. A start must not succeed at that.
  if (desired === undefined && actual.units.get(tenantService(id))?.state === 'activating')
    throw new HostError(`tenant '${id}'`, 'has no entry for this host: bitbuilder list')
  if (tenant !== undefined) applyStorageLimit(host, tenant)
  execute(host, id, convergence)
  return 0
})
