import type { Reader } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'
import type { Loaded } from '../tenant/load.ts'
import { isProvisioned } from '../tenant/one.ts'
import { byPath, type Rendered, render } from '../units/write.ts'
import { viewOf } from './generator.ts'
import { PLANS } from './plans.ts'

export interface TenantFiles {
  /** What both generators would write for the tenant, sorted by path. */
  readonly files: readonly Rendered[]
  readonly problems: readonly Problem[]
}

/** The same pure functions as in the generators, for one tenant. */
export const tenantFiles = (reader: Reader, loaded: Loaded): TenantFiles => {
  const provisioned = new Set(isProvisioned(reader, loaded.id) ? [loaded.id] : [])
  const planned = PLANS.map((plan) => ({ plan, ...plan.tenant(loaded.id, viewOf(reader, provisioned), () => loaded) }))
  const files = planned.flatMap(({ plan, set }) => render(set, plan.name))
  return {
    files: files.sort(byPath),
    problems: planned.flatMap(({ problems }) => problems),
  }
}
