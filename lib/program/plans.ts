import { mayHaveExtensions, readStacks } from '../extensions/stack.ts'
import { append } from '../report/append.ts'
import { EMPTY_DISK, readDisk } from '../tenant/disk.ts'
import { readHealthCheck } from '../tenant/health.ts'
import { hasInfra, memoryProblems, tenantMemory } from '../tenant/memory.ts'
import { lateUnits } from '../units/late-units.ts'
import { mountUnits } from '../units/mount-units.ts'
import { refusedUnits, registryUnits } from '../units/refused-units.ts'
import { tenantUnits } from '../units/tenant-units.ts'
import type { Generator, Planned } from './generator.ts'

const NOTHING: Planned = { set: [], problems: [] }
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
    const { tenant } = loaded
    const problems = [...loaded.warnings, ...disk.problems]
    // Most tenants of a large host have neither VMs to reckon with nor a repository that brings a script.
    if (hasInfra(tenant, disk.value) || disk.value.machines.length > 0)
      append(problems, memoryProblems(tenant, tenantMemory(tenant, disk.value)))
    let hasHealthCheck = false
    if ((loaded.hasMetadata || tenant.repository !== undefined) && provisioned.has(id)) {
      const health = readHealthCheck(reader, id)
      hasHealthCheck = health.value
      append(problems, health.problems)
    }
    return { set: tenantUnits(tenant, disk.value, hasHealthCheck), problems }
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
