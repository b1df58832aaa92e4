import { readConfig } from '../config/config.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { provisionFile, provisionLock, RUNTIME_DIR } from '../layout/paths.ts'
import { logProblems } from '../program/generator.ts'
import type { JsonSource } from '../report/json-source.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import { type Share, short } from './draft.ts'
import { type Outcome, provision, rollBack, type Task } from './provision.ts'
import { removeOld, sweep } from './revision.ts'
import type { Repository } from './settings.ts'
import { settle } from './settle.ts'
import { type ProvisionState, readCurrent, readManifest, readProvisionState } from './state.ts'
import { forgetWish, readWish } from './wish.ts'

/** Seconds that another run for the same tenant may take. */
const PATIENCE_LOCK = 3600

/** The disk is made to agree even when nothing new came: the last run may have been killed before. */
const settleCurrent = (host: Host, id: string): readonly Problem[] =>
  orElse<readonly Problem[]>(
    () => {
      const manifest = readManifest(host, id)
      return manifest === undefined ? [] : settle(host, id, manifest)
    },
    ({ path, reason }) => [{ severity: 'error', at: wholeFile(path), message: reason }],
  )

/** On a full disk what it said before stays. */
const writeState = (host: Host, id: string, state: ProvisionState): void =>
  orElse(
    () => host.replaceFile(provisionFile(id), `${JSON.stringify(state, null, 2)}\n`, 0o600),
    ({ message }) => host.log('error', message),
  )

/** What could not be removed is tried again by the next run. */
const tidy = (host: Host, id: string, commit: string, keep: number): void =>
  orElse(
    () => removeOld(host, id, commit, keep),
    ({ message }) => host.log('error', message),
  )

const tell = (host: Host, before: string | undefined, { commit, problems }: ProvisionState): void => {
  logProblems(host, '', problems)
  if (commit !== undefined && commit !== before) host.log('info', `revision ${short(commit)} is current now`)
  else if (commit !== undefined) host.log('info', `revision ${short(commit)} stays current`)
}

/** What is the same on a host and in the infrastructure VM, and what is not. */
export interface Part {
  share(repository: Repository): Share
  /** Makes the disk agree with the current revision; what it could not do, and why. */
  settle(host: Host, id: string): readonly Problem[]
}

const HOST: Part = {
  share: ({ path = '' }) => ({ path, without: [], mayBeMissing: false }),
  settle: settleCurrent,
}

const runLocked = (task: Task, settle: Part['settle']): number => {
  const { host, id, wish, config } = task
  const former = readCurrent(host, id)
  sweep(host, id)
  const outcome: Outcome = wish?.rollback === undefined ? provision(task) : rollBack(task, wish.rollback)
  sweep(host, id)
  const commit = readCurrent(host, id)
  const problems = [...outcome.problems, ...settle(host, id)]
  const state: ProvisionState = {
    state: outcome.problems.some(isError) || commit === undefined ? 'failed' : 'current',
    ...outcome,
    ...(commit === undefined ? {} : { commit }),
    ...(wish === undefined ? {} : { answers: wish.token }),
    problems,
  }
  writeState(host, id, state)
  if (commit !== undefined) tidy(host, id, commit, config.keepRevisions)
  tell(host, former, state)
  forgetWish(host, id)
  return commit === undefined ? 1 : 0
}

/**
 * One provisioning of a tenant that has a repository. Exit status 0 when the tenant has a revision to run, 1 when it has
 * none. Whatever fails leaves the revision that it has.
 */
export const runProvisioning = (
  host: Host,
  id: string,
  repository: Repository,
  source: JsonSource,
  part: Part = HOST,
): number => {
  const { value: config, problems } = readConfig(host)
  logProblems(host, '', problems)
  host.makeDir(RUNTIME_DIR)
  return host.withLock(provisionLock(id), PATIENCE_LOCK, () => {
    const share = part.share(repository)
    const [before, wish] = [readProvisionState(host, id), readWish(host, id)]
    return runLocked({ host, id, repository, share, source, config, before, wish }, part.settle)
  })
}
