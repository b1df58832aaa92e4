import type { Host } from '../host/host.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** What tenants of this host may need. */
export type Feature =
  | 'tenants'
  | 'limits'
  | 'storage'
  | 'network'
  | 'wireguard'
  | 'vxlan'
  | 'vlan'
  | 'repository'
  | 'signatures'
  | 'vm'
  | 'container'
  | 'extensions'
  | 'images'
  | 'disks'
  | 'verity'

export interface Context {
  readonly host: Host
  /** Of this host. */
  readonly tenants: readonly Tenant[]
}

/** What was found. `worse`: it works, and the administrator should know. */
export type Finding =
  | { readonly state: 'ok' | 'worse'; readonly detail: string; readonly hint?: string }
  | { readonly state: 'missing'; readonly detail: string; readonly hint?: string }

/** Packages by distribution. */
export interface Packages {
  readonly debian: string
  readonly fedora: string
}

/** One row of the table: what is looked for, and who needs it. */
export interface Check {
  readonly name: string
  /** Missing is a failure where a tenant has one of these, and elsewhere a warning. */
  readonly neededFor: readonly Feature[]
  /** Which verbs use it, where no tenant needs it. */
  readonly usedBy?: string
  /** What brings it; where it is one name, that of both distributions. */
  readonly packages?: string | Packages
  look(context: Context): Finding
}
