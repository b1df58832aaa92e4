import { mayHaveExtensions, readStacks } from '../extensions/stack.ts'
import type { Reader } from '../host/host.ts'
import type { Checked, Problem } from '../report/problem.ts'
import { type Disk, EMPTY_DISK, readDisk } from '../tenant/disk.ts'
import { readHealthCheck } from '../tenant/health.ts'
import type { Loaded } from '../tenant/load.ts'
import { hasInfra, memoryProblems, tenantMemory } from '../tenant/memory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { lateUnits } from '../units/late-units.ts'
import { mountUnits } from '../units/mount-units.ts'
import { refusedUnits, registryUnits } from '../units/refused-units.ts'
import { tenantUnits } from '../units/tenant-units.ts'
import type { Generator, Planned } from './generator.ts'

const NOTHING: Planned = { set: [], problems: [] }
const NO_PROBLEMS: readonly Problem[] = []

/** Most tenants of a large host have no VM, and nothing to be reckoned. */
const memory = (tenant: Tenant, disk: Disk): readonly Problem[] =>
  hasInfra(tenant, disk) || disk.machines.length > 0 ? memoryProblems(tenant, tenantMemory(tenant, disk)) : NO_PROBLEMS

const NO_CHECK: Checked<boolean> = { value: false, problems: [] }

/** A tenant without a repository is not looked at: it has no script. */
const healthCheck = (
  { id, tenant, hasMetadata }: Extract<Loaded, { state: 'here' }>,
  reader: Reader,
): Checked<boolean> => (hasMetadata || tenant.repository !== undefined ? readHealthCheck(reader, id) : NO_CHECK)

/** The services, slice and start-up link of each tenant in the registry. */
export const tenantPlan: Generator = {
  name: 'tenant-generator',
  tenant: (id, { reader, provisioned }, load) => {
    const loaded = load()
    if (loaded.state === 'elsewhere') return NOTHING
    if (loaded.state === 'refused') {
      return { set: refusedUnits(id, loaded.definedIn, loaded.enabled, loaded.problems), problems: loaded.problems }
    }
    const disk = provisioned.has(id) ? readDisk(reader, id) : { value: EMPTY_DISK, problems: [] }
    const health = provisioned.has(id) ? healthCheck(loaded, reader) : NO_CHECK
    const problems = [...loaded.warnings, ...disk.problems, ...memory(loaded.tenant, disk.value), ...health.problems]
    return { set: tenantUnits(loaded.tenant, disk.value, health.value), problems }
  },
  besides: (problems, late) => ({
    set: [...registryUnits(problems), ...(late ? lateUnits : [])],
    problems,
  }),
}

/** The overlay mounts of each tenant that has extensions. What is wrong with the registry and its entries, the other one says. */
export const mountPlan: Generator = {
  name: 'mount-generator',
  tenant: (id, { reader, provisioned, release }, load) => {
    // Most tenants have no extensions: then it does not matter what their entry says.
    if (!provisioned.has(id) || !mayHaveExtensions(reader, id)) return NOTHING
    const loaded = load()
    if (loaded.state !== 'here') return NOTHING
    const { value: stacks, problems } = readStacks(reader, loaded.tenant, release)
    return { set: mountUnits(id, stacks, loaded.tenant.extensions.mutable), problems }
  },
  besides: () => ({ set: [], problems: [] }),
}

/** In the order in which an administrator thinks of them; systemd runs them at once. */
export const PLANS: readonly Generator[] = [tenantPlan, mountPlan]
