import type { Repository } from '../git/settings.ts'
import type { Environment, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { JsonSource } from '../report/json-source.ts'
import { isObject } from '../report/json-value.ts'
import { readJson } from '../report/read-json.ts'
import { repositoryShape } from '../tenant/schema.ts'
import { accepts } from '../tenant/shape.ts'

/** What the infrastructure VM was told of itself by its host, as credentials: systemd.system-credentials(7). */
export interface Self {
  /** The tenant's id. */
  readonly id: string
  readonly machine: string
  readonly description: string
}

const LARGEST = 64 << 10

type Told = Reader & Environment

const directoryOf = (host: Told): string => host.env('CREDENTIALS_DIRECTORY') ?? '/run/credentials/@system'

const readTold = (host: Told, name: string): string | undefined =>
  host.readFile(`${directoryOf(host)}/tenant.${name}`, LARGEST)?.text

const readOne = (host: Told, name: string): string => readTold(host, name)?.trimEnd() ?? ''

/** The script that the host has handed in, and that tenant-script.service of lib/machine/script.ts runs. */
export const readHandedScript = (host: Told): string | undefined => readTold(host, 'script')

export const readSelf = (host: Told): Self => ({
  id: readOne(host, 'id'),
  machine: readOne(host, 'machine'),
  description: readOne(host, 'description'),
})

/** The tenant's repository, with where that is said; undefined where it has none. Throws HostError for what is no repository. */
export const readOwnRepository = (
  host: Told,
): { readonly repository: Repository; readonly source: JsonSource } | undefined => {
  const file = `${directoryOf(host)}/tenant.repository`
  const found = readJson(host, file, LARGEST)
  if (found === undefined) return undefined
  const { value, text } = found
  if (!isObject(value) || !accepts(repositoryShape, value)) throw new HostError(file, 'describes no repository')
  return { repository: value as Repository, source: { file, text, path: [] } }
}
