import type { Reader } from '../host/host.ts'
import { METADATA, metadataFile, TEMPLATE_DIRS, templateMetadata, tenantDir } from '../layout/paths.ts'
import type { Entry, Registry } from '../registry/registry.ts'
import { readRegistry } from '../registry/registry.ts'
import { placeOf } from '../report/json-source.ts'
import type { Problem } from '../report/problem.ts'
import { isError, wholeFile } from '../report/problem.ts'
import { validate } from './check.ts'
import { type Read, readMetadata } from './metadata.ts'
import { matchesPattern, readHostName } from './placement.ts'
import type { Metadata } from './schema.ts'
import { metadataShape, tenantShape } from './schema.ts'
import type { Tenant } from './tenant.ts'
import { makeTenant } from './tenant.ts'

interface Sound {
  readonly id: string
  readonly tenant: Tenant
  /** Whether the tenant has metadata of its own, and so a repository or what stands for one. */
  readonly hasMetadata: boolean
  /** What does not keep it from running. */
  readonly warnings: readonly Problem[]
}

/** What became of an entry. */
export type Loaded =
  | ({ readonly state: 'here' } & Sound)
  /** `placement.hosts` names other hosts. */
  | ({ readonly state: 'elsewhere' } & Sound)
  | {
      readonly state: 'refused'
      readonly id: string
      readonly definedIn: string
      readonly enabled: boolean
      readonly problems: readonly Problem[]
    }

export interface Load {
  readonly registry: Registry
  readonly host: string
  /** Reads and checks one entry; independent of all others. */
  load(entry: Entry): Loaded
}

/** Whether an entry that makes no sense at least says that it is not meant to start. */
const saysEnabled = (value: unknown): boolean => (value as { enabled?: unknown } | null | undefined)?.enabled !== false

const withTenant = (id: string, problems: readonly Problem[]): readonly Problem[] =>
  problems.map((problem, index) => {
    const hint = problem.hint ?? (index === problems.length - 1 ? `bitbuilder verify ${id}` : undefined)
    return { ...problem, tenant: id, ...(hint === undefined ? {} : { hint }) }
  })

interface MetadataOf {
  /** The tenant's own, then its template's. */
  readonly list: readonly Metadata[]
  readonly problems: readonly Problem[]
}

const UNKNOWN: MetadataOf = { list: [], problems: [] }

/**
 * Reads the registry and prepares to load its entries. `/var/lib/tenants` is listed once: most tenants of a large host
 * have nothing there that changes their units.
 */
export const prepareLoad = (reader: Reader, provisioned: ReadonlySet<string>): Load => {
  const registry = readRegistry(reader)
  const host = readHostName(reader)
  const templates = new Map<string, Read<Metadata>>()

  const templateRead = (name: string): Read<Metadata> => {
    const known = templates.get(name)
    if (known !== undefined) return known
    const readFrom = (dir: string): Read<Metadata> => {
      const file = templateMetadata(name, dir)
      return readMetadata(metadataShape, file, (limit) => reader.readFile(file, limit))
    }
    const [local, shipped] = TEMPLATE_DIRS
    const first = readFrom(local)
    const read = 'metadata' in first && first.metadata === undefined ? readFrom(shipped) : first
    templates.set(name, read)
    return read
  }

  const metadataOf = (id: string): MetadataOf => {
    if (!provisioned.has(id)) return UNKNOWN
    const file = metadataFile(id)
    // A tenant wrote it: only a file inside its directory is read, however the path gets there.
    const own = readMetadata(metadataShape, file, (limit) => reader.readFileInside(tenantDir(id), METADATA, limit))
    if ('problems' in own) return { list: [], problems: own.problems }
    if (own.metadata === undefined) return UNKNOWN
    const name = own.metadata.template?.name
    if (name === undefined) return { list: [own.metadata], problems: [] }
    const template = templateRead(name)
    if ('problems' in template) return { list: [], problems: template.problems }
    if (template.metadata === undefined) return { list: [own.metadata], problems: [noSuchTemplate(file, name)] }
    return { list: [own.metadata, template.metadata], problems: [] }
  }

  const refused = ({ id, source, value }: Entry, problems: readonly Problem[]): Loaded => ({
    state: 'refused',
    id,
    definedIn: source.file,
    enabled: saysEnabled(value),
    problems: withTenant(id, problems),
  })

  return {
    registry,
    host,
    load: (entry) => {
      if (entry.problems.length > 0) return refused(entry, entry.problems)
      const checked = validate(tenantShape, entry.value, entry.source)
      if ('problems' in checked) return refused(entry, checked.problems)
      if (checked.value.id !== entry.id) return refused(entry, [idMismatch(entry, checked.value.id)])
      const { list, problems } = metadataOf(entry.id)
      if (problems.length > 0 && problems.some(isError)) return refused(entry, problems)
      const warnings = problems.length === 0 ? problems : withTenant(entry.id, problems)
      const tenant = makeTenant(checked.value, entry.source.file, list)
      const here = tenant.hosts?.some((pattern) => matchesPattern(pattern, host)) ?? true
      return { state: here ? 'here' : 'elsewhere', id: entry.id, tenant, hasMetadata: list.length > 0, warnings }
    },
  }
}

const noSuchTemplate = (file: string, name: string): Problem => ({
  severity: 'warning',
  at: wholeFile(file),
  message: `template '${name}' is not installed, its defaults do not count`,
  hint: `look for ${templateMetadata(name)}`,
})

const idMismatch = (entry: Entry, id: string): Problem => ({
  severity: 'error',
  at: placeOf(entry.source, ['id']),
  message: `id: expected '${entry.id}' as the file is called, got '${id}'`,
})
