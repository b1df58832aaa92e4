import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { TemplateType } from '../templates/schema.ts'
import { readMetadata } from '../tenant/metadata.ts'
import { machineMetadataShape } from '../tenant/schema.ts'
import type { Infer } from '../tenant/shape.ts'
import { MACHINE_DIRECTORIES } from './contents.ts'
import type { Entry } from './listing.ts'

/** Which machines of a repository are made from a template, as their metadata.json says. */

export type Wanted = NonNullable<Infer<typeof machineMetadataShape>['template']>

export interface TemplatedMachine {
  /** Its directory in the repository: `containers/web`, `infrastructure`. */
  readonly path: string
  /** `web`, `infra`. */
  readonly name: string
  /** What its template has to be one of. */
  readonly type: TemplateType
  readonly wanted: Wanted
}

const TYPES: Readonly<Record<string, TemplateType>> = {
  infrastructure: 'infrastructure',
  machines: 'machine',
  containers: 'container',
}

const INFRASTRUCTURE = 'infrastructure'

/** Where a machine's metadata.json is read from, and what messages call it. */
interface Place {
  readonly file: string
  readonly path: string
}

/** The directories of a listing that can be machines and have a metadata.json. */
const candidates = (entries: readonly Entry[]): readonly Place[] => {
  const isHome = (path: string): boolean =>
    path === INFRASTRUCTURE ||
    MACHINE_DIRECTORIES.some((home) => path.startsWith(`${home}/`) && !path.slice(home.length + 1).includes('/'))
  return entries.flatMap(({ path, kind }) => {
    const dir = path.slice(0, -'/metadata.json'.length)
    const isFile = (kind === 'file' || kind === 'executable') && path.endsWith('/metadata.json')
    return isFile && isHome(dir) ? [{ file: path, path: dir }] : []
  })
}

const wrongWish = ({ name, url, commit, path }: Wanted): string | undefined => {
  if ((name === undefined) === (url === undefined)) return 'expected either name or url'
  if (url !== undefined && commit === undefined) return 'with url, commit is missing: a template is taken at one commit'
  if (url === undefined && (commit !== undefined || path !== undefined)) return 'commit and path belong to url'
  return undefined
}

/** Reads them in `dir`, where the files of a commit lie. What is wrong with the files is told elsewhere, but for `template`. */
export const templatedMachines = (
  host: Host,
  dir: string,
  entries: readonly Entry[],
  place: (path: string) => string,
): { readonly machines: readonly TemplatedMachine[]; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = []
  const machines = candidates(entries).flatMap(({ file, path }): readonly TemplatedMachine[] => {
    const read = readMetadata(machineMetadataShape, place(file), (limit) => {
      try {
        return host.readFileInside(dir, file, limit)
      } catch (thrown) {
        throw thrown instanceof HostError ? new HostError(place(file), thrown.reason) : thrown
      }
    })
    const wanted = 'metadata' in read ? read.metadata?.template : undefined
    if (wanted === undefined) return []
    const why = wrongWish(wanted)
    if (why !== undefined) {
      problems.push({ severity: 'error', at: wholeFile(place(file)), message: `template: ${why}` })
      return []
    }
    const [home = '', name = 'infra'] = path.split('/')
    return [{ path, name, type: TYPES[home] as TemplateType, wanted }]
  })
  return { machines, problems }
}
