import type { Reader } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { requireDirectory } from '../host/require-directory.ts'
import { provisionService } from '../layout/names.ts'
import { configLink, manifestFile, provisionFile, revisionTarget, tenantDir } from '../layout/paths.ts'
import { isObject } from '../report/json-value.ts'
import type { Problem } from '../report/problem.ts'
import { readJson } from '../report/read-json.ts'
import { withoutUndefined } from '../report/without-undefined.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** What provisioning leaves for others to read. Only root writes these files. */

/** What a revision is made of, `revisions/COMMIT.json`. */
export interface Manifest {
  readonly commit: string
  /** Counts up: the revision with the next lower number was current before this one. */
  readonly number: number
  /** The directory of the repository that it was taken from, `repository.path`; empty for all of it. */
  readonly path: string
  /** Trees with a life of their own, `containers/web/rootfs`, with the id by which each lies in `trees/`. Sorted. */
  readonly trees: Readonly<Record<string, string>>
}

/** What the last attempt came to, `provision.json`. */
export interface ProvisionState {
  /** `failed`: `problems` say why. What ran before goes on. */
  readonly state: 'current' | 'failed'
  /** What `config` points to; missing before the first revision. */
  readonly commit?: string
  /** What the repository has at its ref, where that became known. */
  readonly wanted?: string
  /** The newest commit that was ever accepted: a later one has to descend from it. */
  readonly accepted?: string
  /** The address, without credentials, and the ref of `accepted`. */
  readonly source?: string
  /** A commit that was rolled back from. While the repository has it at its ref, it does not become current again. */
  readonly pinned?: string
  /** The wish of an administrator that this answers. */
  readonly answers?: string
  readonly problems: readonly Problem[]
}

const LARGEST = 8 << 20

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** A whole object id, as git writes it. */
export const isObjectId = (text: unknown): text is string => typeof text === 'string' && COMMIT.test(text)

/** Undefined where there is nothing. Throws HostError when what is there is no object. */
const readObject = (reader: Reader, file: string): Record<string, unknown> | undefined => {
  const found = readJson(reader, file, LARGEST)
  if (found === undefined) return undefined
  if (!isObject(found.value)) throw new HostError(file, 'is not an object')
  return found.value
}

/** The commit that `config` points to; undefined where it is no link of ours. */
export const readCurrent = (reader: Reader, id: string): string | undefined => {
  const link = configLink(id)
  if (reader.stat(link)?.kind !== 'link') return undefined
  const commit = reader.readLink(link).slice(revisionTarget('').length)
  return isObjectId(commit) && reader.readLink(link) === revisionTarget(commit) ? commit : undefined
}

/** Undefined where there is none. Throws HostError when it cannot be understood. */
export const readManifestOf = (reader: Reader, id: string, commit: string): Manifest | undefined => {
  const file = manifestFile(id, commit)
  const value = readObject(reader, file)
  if (value === undefined) return undefined
  const { number, path, trees } = value
  const isWhole = value.commit === commit && Number.isSafeInteger(number) && typeof path === 'string'
  if (!isWhole || !isObject(trees) || !Object.values(trees).every(isObjectId))
    throw new HostError(file, 'is no manifest of a revision')
  return { commit, number: number as number, path, trees: trees as Readonly<Record<string, string>> }
}

/** The manifest of the commit that `config` points to; undefined where the tenant has none. Throws HostError when it cannot be understood. */
export const readManifest = (reader: Reader, id: string): Manifest | undefined => {
  const commit = readCurrent(reader, id)
  return commit === undefined ? undefined : readManifestOf(reader, id, commit)
}

const commitOr = (value: unknown): string | undefined => (isObjectId(value) ? value : undefined)
const textOr = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const isProblemLike = (value: unknown): value is Problem =>
  isObject(value) &&
  (value.severity === 'error' || value.severity === 'warning') &&
  typeof value.message === 'string' &&
  isObject(value.at) &&
  typeof value.at.file === 'string' &&
  Number.isSafeInteger(value.at.line) &&
  Number.isSafeInteger(value.at.column)

/** The problems in a file of ours; what is none is left out. */
export const problemsOf = (value: unknown): readonly Problem[] =>
  Array.isArray(value) ? value.filter(isProblemLike) : []

const stateOf = (value: Record<string, unknown>): ProvisionState => ({
  state: value.state === 'current' ? 'current' : 'failed',
  ...withoutUndefined({
    commit: commitOr(value.commit),
    wanted: commitOr(value.wanted),
    accepted: commitOr(value.accepted),
    source: textOr(value.source),
    pinned: commitOr(value.pinned),
    answers: textOr(value.answers),
  }),
  problems: problemsOf(value.problems),
})

/** Undefined before the first attempt, or when the file makes no sense: what it says can be found out again. */
export const readProvisionState = (reader: Reader, id: string): ProvisionState | undefined =>
  orElse(
    () => {
      const value = readObject(reader, provisionFile(id))
      return value === undefined ? undefined : stateOf(value)
    },
    () => undefined,
  )

/** Throws HostError when a tenant lacks what provisioning has to make before it can start. */
export const requireProvisioned = (reader: Reader, { id, repository }: Tenant): void => {
  requireDirectory(reader, tenantDir(id))
  if (repository !== undefined && readCurrent(reader, id) === undefined)
    throw new HostError(
      `tenant '${id}'`,
      `has no revision of its repository yet: journalctl --unit=${provisionService(id)}`,
    )
}
