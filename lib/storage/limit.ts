import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { storageService } from '../layout/names.ts'
import { tenantDir } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf } from '../report/json-source.ts'
import type { Place, Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { parseSize } from '../tenant/values.ts'
import { allocateProject, readProjects } from './projects.ts'
import { storageSupport } from './support.ts'

/** Seconds. The first time every file of the tenant is looked at. */
const PATIENCE_ASSIGN = 3600
const PATIENCE = 60

/** Why a tenant's `resources.storage` does not hold on this host; nothing where it does. */
export const storageProblems = (
  host: Host,
  { id, definedIn, resources }: Tenant,
  source?: JsonSource,
): readonly Problem[] => {
  if (resources.storage === undefined) return []
  const support = storageSupport(host, tenantDir(id))
  if (support?.kind !== 'none') return []
  const at: Place = source === undefined ? wholeFile(definedIn) : placeOf(source, ['resources', 'storage'], 'key')
  const message = `resources.storage: does not hold, ${tenantDir(id)} ${support.why}`
  return [{ severity: 'warning', at, message, hint: support.hint, tenant: id }]
}

/** `1879048192 -------------------P-- /var/lib/tenants/acme`: lsattr(1) of a directory. */
const hasProject = (host: Host, directory: string, project: number): boolean => {
  const said = mustRun(host, ['lsattr', '-p', '-d', '--', directory], PATIENCE)
  return /^\s*(\d+)\s+\S*P/.exec(said)?.[1] === String(project)
}

/**
 * All that is there becomes part of the project, and what is made in it will be. Not across mounts: an overlay of the tenant
 * shows what lies elsewhere. The directory itself last, so that one that was killed is done again.
 */
const assign = (host: Host, directory: string, project: number): void => {
  const number = ['-p', String(project)]
  const inside = ['find', directory, '-xdev', '-mindepth', '1']
  mustRun(host, [...inside, '-type', 'f', '-execdir', 'chattr', ...number, '--', '{}', '+'], PATIENCE_ASSIGN)
  mustRun(host, [...inside, '-type', 'd', '-execdir', 'chattr', ...number, '+P', '--', '{}', '+'], PATIENCE_ASSIGN)
  mustRun(host, ['chattr', ...number, '+P', '--', directory], PATIENCE)
}

/** setquota(8) counts in KiB, and 0 is no limit. */
const limitProject = (host: Host, project: number, bytes: number, source: string): void => {
  const limit = String(Math.ceil(bytes / 1024))
  mustRun(host, ['setquota', '-P', String(project), '0', limit, '0', '0', source], PATIENCE)
}

const setLimit = (host: Host, { id }: Tenant, bytes: number | undefined): void => {
  const directory = tenantDir(id)
  const support = storageSupport(host, directory)
  if (support?.kind === 'subvolume') {
    const limit = bytes === undefined ? 'none' : String(bytes)
    mustRun(host, ['btrfs', 'qgroup', 'limit', limit, directory], PATIENCE)
  }
  if (support?.kind !== 'project') return
  const project = bytes === undefined ? readProjects(host).get(id) : allocateProject(host, id)
  if (project === undefined) return
  if (!hasProject(host, directory, project)) assign(host, directory, project)
  limitProject(host, project, bytes ?? 0, support.source)
}

/** Makes the limit of the tenant's directory what the registry says, as far as its file system can. Returns why it cannot. */
export const enforceStorageLimit = (host: Host, tenant: Tenant): readonly Problem[] => {
  const { storage } = tenant.resources
  setLimit(host, tenant, storage === undefined ? undefined : parseSize(storage))
  return storageProblems(host, tenant)
}

/** What has a limit, or had one. */
const concerns = (host: Host, { id, resources }: Tenant): boolean =>
  resources.storage !== undefined || readProjects(host).has(id)

/**
 * Has the limit applied by the unit that may do that. What goes wrong is no reason not to start: the unit has failed, and
 * says why.
 */
export const applyStorageLimit = (host: Host, tenant: Tenant): void => {
  if (!concerns(host, tenant)) return
  orElse(
    () => {
      mustRun(host, ['systemctl', 'start', '--', storageService(tenant.id)], PATIENCE_ASSIGN)
    },
    ({ message }) => host.log('warning', message),
  )
}
