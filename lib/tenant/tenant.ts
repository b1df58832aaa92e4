import type { Metadata, TenantEntry } from './schema.ts'

/** Limits of a tenant's slice, as they were written; what is undefined is not limited. */
export interface Resources {
  /** CPUs. */
  readonly cpu?: number | undefined
  /** A size, `4G`. */
  readonly memory?: string | undefined
  /** A size, `10G`. */
  readonly storage?: string | undefined
  readonly tasks?: number | undefined
  /** 1 to 10000. */
  readonly ioWeight?: number | undefined
}

export interface Infra {
  /** Undefined: exactly when there is an infra/rootfs. */
  readonly enabled?: boolean | undefined
  readonly cpu?: number | undefined
  /** A size, `1G`. */
  readonly memory?: string | undefined
  /** Relative to the tenant's directory. */
  readonly kernel?: string | undefined
  readonly initrd?: string | undefined
  /** Whether the guest says when it is up. Undefined: exactly when there is a systemd in its tree. */
  readonly notify?: boolean | undefined
}

export interface Extensions {
  readonly base: 'host' | 'rootfs'
  readonly mutable: boolean
}

/** A registry entry that makes sense, with everything that its repository and template add. */
export interface Tenant {
  readonly id: string
  /** The file that defines it, for SourcePath=. */
  readonly definedIn: string
  readonly description: string | undefined
  /** Starts at boot. */
  readonly enabled: boolean
  readonly repository: TenantEntry['repository']
  readonly resources: Resources
  readonly infra: Infra
  readonly network: NonNullable<TenantEntry['network']>
  readonly extensions: Extensions
  /** Shell patterns of host names; undefined means everywhere. */
  readonly hosts: readonly string[] | undefined
}

const USUAL_EXTENSIONS: Extensions = { base: 'host', mutable: true }

type Part = 'resources' | 'infra' | 'extensions'

const NOTHING = {}

/** The first of the three that says something: registry, then the tenant's repository, then its template. */
const layered = <K extends Part>(
  key: K,
  entry: TenantEntry,
  metadata: readonly Metadata[],
): Partial<NonNullable<TenantEntry[K]>> => {
  if (metadata.length === 0) return entry[key] ?? NOTHING
  const layers = [entry[key], ...metadata.flatMap((one) => [one[key], one.defaults?.[key]])]
  return Object.assign({}, ...layers.reverse())
}

/** `metadata`: the tenant's own, then its template's. */
export const makeTenant = (entry: TenantEntry, definedIn: string, metadata: readonly Metadata[]): Tenant => {
  const extensions = layered('extensions', entry, metadata)
  return {
    id: entry.id,
    definedIn,
    description: entry.description || undefined,
    enabled: entry.enabled ?? true,
    repository: entry.repository,
    resources: layered('resources', entry, metadata),
    infra: layered('infra', entry, metadata),
    network: entry.network ?? NOTHING,
    extensions:
      extensions === NOTHING
        ? USUAL_EXTENSIONS
        : { base: extensions.base ?? 'host', mutable: extensions.mutable ?? true },
    hosts: entry.placement?.hosts,
  }
}
