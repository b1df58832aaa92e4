import type { Host } from '../host/host.ts'
import { newPlan, type Planned } from '../templates/planned.ts'
import { writePlan } from '../templates/write-plan.ts'
import type { Instance } from './instances.ts'
import type { Entry } from './listing.ts'

/** What a template says besides the tree of its machine, put where a repository would have said it itself. */

interface Row {
  /** In the template. */
  readonly from: string
  /** In the repository, `%` for the machine's directory. */
  readonly to: string
  /** When the repository has this, it is what counts. */
  readonly unless?: string
}

const ROWS: Readonly<Record<string, readonly Row[]>> = {
  container: [
    { from: 'config/nspawn-settings.conf', to: '%/nspawn-settings.conf' },
    { from: 'scripts/container-init.sh', to: '%/scripts/container-init.sh', unless: 'scripts/container-init.sh' },
  ],
  infrastructure: [
    { from: 'scripts/provision.sh', to: '%/scripts/provision.sh', unless: 'scripts/provision.sh' },
    { from: 'scripts/health-check.sh', to: 'scripts/health-check.sh' },
  ],
}

/** `scripts`, `scripts/x` of `scripts/x/y`. */
const parentsOf = (path: string): readonly string[] => {
  const names = path.split('/').slice(0, -1)
  return names.map((_, index) => names.slice(0, index + 1).join('/'))
}

/** Whether a file may be made at a path of a repository: there is none, and the way to it is no link and no file. */
const isFree = (byPath: ReadonlyMap<string, Entry>, path: string): boolean =>
  !byPath.has(path) && parentsOf(path).every((parent) => (byPath.get(parent)?.kind ?? 'tree') === 'tree')

/** Writes it into `directory`, where the files of the repository are. Those stay as they are. */
export const placeInstances = (
  host: Host,
  instances: readonly Instance[],
  entries: readonly Entry[],
  directory: string,
): void => {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const plan = newPlan()
  for (const { machine, plan: made } of instances) {
    const put = (to: string, entry: Planned | undefined): void => {
      const isFile = entry?.kind === 'file' || entry?.kind === 'text'
      if (isFile && isFree(byPath, to)) plan.put('', to, entry)
    }
    for (const { from, to, unless } of ROWS[machine.type] ?? [])
      if (unless === undefined || !byPath.has(unless)) put(to.replace('%', machine.path), made.entries.get(from))
    for (const [path, entry] of made.entries)
      if (path.startsWith('config/') && path !== 'config/nspawn-settings.conf') put(`${machine.path}/${path}`, entry)
  }
  writePlan(host, plan, directory, () => {})
}
