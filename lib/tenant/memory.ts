/** How the memory of a tenant is shared among its VMs. All sizes in bytes. */

import { INFRA_MACHINE } from '../layout/names.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { Disk } from './disk.ts'
import type { Tenant } from './tenant.ts'
import { formatSize, parseSize } from './values.ts'

const MIB = 2 ** 20

/** Of a guest, where neither its own memory nor the tenant's is said. */
const USUAL = 2 ** 30

/** No system boots in less. */
const SMALLEST = 64 * MIB

/** What the emulator and virtiofsd take beside the guest's memory: a fixed part, and page tables and caches that grow with it. */
const FIXED = 256 * MIB
const GROWING = 4

/** What a guest with this memory takes of its tenant's, when it uses all of it. */
export const costOfGuest = (memory: number): number => memory + Math.ceil(memory / GROWING) + FIXED

/** The largest memory of a guest that costs no more than this, in whole MiB. Below zero when not even an empty one fits. */
const guestWithin = (cost: number): number => Math.floor((cost - FIXED) / (1 + 1 / GROWING) / MIB) * MIB

/** A VM as it is asked for; undefined where its memory is not said. */
export interface Guest {
  readonly name: string
  readonly memory: number | undefined
}

export interface MemoryPlan {
  /** The memory of each guest, in the order in which they were given. */
  readonly guests: readonly { readonly name: string; readonly memory: number }[]
  /** What they take together. More than the tenant may have where they do not fit: then the kernel kills what grows. */
  readonly cost: number
}

/**
 * Guests that say nothing share evenly what those that do leave over of the tenant's limit, `resources.memory`. Containers
 * get what guests do not use.
 */
export const planMemory = (limit: number | undefined, guests: readonly Guest[]): MemoryPlan => {
  const silent = guests.filter(({ memory }) => memory === undefined).length
  const taken = guests.reduce((sum, { memory }) => sum + (memory === undefined ? 0 : costOfGuest(memory)), 0)
  const share = limit === undefined ? USUAL : Math.max(SMALLEST, guestWithin((limit - taken) / silent))
  const planned = guests.map(({ name, memory }) => ({ name, memory: memory ?? share }))
  return { guests: planned, cost: planned.reduce((sum, { memory }) => sum + costOfGuest(memory), 0) }
}

/** Whether the infrastructure VM is to run. */
export const hasInfra = (tenant: Tenant, disk: Disk): boolean => tenant.infra.enabled ?? disk.hasRootfs

const bytes = (size: string | undefined): number | undefined => (size === undefined ? undefined : parseSize(size))

/** The infrastructure VM, if it is to run, and then the others. */
const guestsOf = (tenant: Tenant, disk: Disk): readonly Guest[] => [
  ...(hasInfra(tenant, disk) ? [{ name: INFRA_MACHINE, memory: bytes(tenant.infra.memory) }] : []),
  ...disk.machines.flatMap(({ kind, name, memory }) => (kind === 'vm' ? [{ name, memory: bytes(memory) }] : [])),
]

export const tenantMemory = (tenant: Tenant, disk: Disk): MemoryPlan =>
  planMemory(bytes(tenant.resources.memory), guestsOf(tenant, disk))

/** In whole MiB, as nobody cares for less. */
const show = (size: number): string => formatSize(Math.ceil(size / MIB) * MIB)

/** What is wrong when the VMs are promised more than the tenant may have. They start, and may be killed when they use it. */
export const memoryProblems = (tenant: Tenant, plan: MemoryPlan): readonly Problem[] => {
  const limit = bytes(tenant.resources.memory)
  if (limit === undefined || plan.cost <= limit) return []
  const guests = plan.guests.map(({ name, memory }) => `${name} ${show(memory)}`).join(', ')
  const most = plan.guests.length === 1 ? guestWithin(limit) : 0
  const lessOf = most < SMALLEST ? '' : `, or at most ${formatSize(most)} for the VM`
  return [
    {
      severity: 'warning',
      at: wholeFile(tenant.definedIn),
      message:
        `resources.memory of '${tenant.id}' is ${formatSize(limit)}, its VMs may take ${show(plan.cost)} ` +
        `(${guests}, and beside each a quarter of it and 256M): the kernel may kill them`,
      hint: `resources.memory of at least ${show(plan.cost)}${lessOf}`,
      tenant: tenant.id,
    },
  ]
}
