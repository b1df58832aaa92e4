import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { tenantFiles } from '../program/tenant-files.ts'
import { isError, type Problem } from '../report/problem.ts'
import type { Loaded } from '../tenant/load.ts'
import { loadOne } from '../tenant/one.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Rendered } from '../units/write.ts'
import { type Actual, readActual } from './actual.ts'
import { type Desired, desiredOf } from './desired.ts'
import { plan } from './plan.ts'
import type { Step } from './step.ts'

/** One look at a tenant: what is to be done, and what that is made from. */
export interface Convergence {
  /** What the registry says of it. */
  readonly state: Loaded['state'] | 'unknown'
  /** Undefined where it has no place here. */
  readonly tenant: Tenant | undefined
  /** What both generators would write; nothing for a tenant that has no place here. */
  readonly files: readonly Rendered[]
  readonly desired: Desired | undefined
  readonly actual: Actual
  readonly steps: readonly Step[]
  readonly problems: readonly Problem[]
}

/**
 * Changes nothing. Throws HostError for a tenant that is refused, and for one that is not to be found in a registry that
 * cannot be read as a whole: neither is a wish that what runs should stop.
 */
export const converge = (host: Host, id: string): Convergence => {
  const { loaded, problems: registry } = loadOne(host, id)
  if (loaded?.state === 'refused') throw new HostError(`tenant '${id}'`, `is refused: bitbuilder verify ${id}`)
  if (loaded?.state === 'here') {
    const { tenant } = loaded
    const { files, problems } = tenantFiles(host, loaded)
    const desired = desiredOf(tenant, files)
    const { value: actual, problems: further } = readActual(host, id, files, { tenant, desired })
    const steps = plan(id, desired, actual)
    return { state: loaded.state, tenant, files, desired, actual, steps, problems: [...problems, ...further] }
  }
  if (loaded === undefined && registry.some(isError))
    throw new HostError(`tenant '${id}'`, 'is not in the registry, which has errors: bitbuilder verify')
  const { value: actual, problems } = readActual(host, id, [], undefined)
  const state = loaded?.state ?? 'unknown'
  return {
    state,
    tenant: undefined,
    files: [],
    desired: undefined,
    actual,
    steps: plan(id, undefined, actual),
    problems,
  }
}
