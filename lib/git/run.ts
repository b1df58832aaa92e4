import { readConfig } from '../config/config.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { provisionFile, provisionLock, RUNTIME_DIR } from '../layout/paths.ts'
import { logProblems } from '../program/generator.ts'
import type { JsonSource } from '../report/json-source.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import { short } from './draft.ts'
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

const runLocked = (task: Task): number => {
  const { host, id, wish, config } = task
  const former = readCurrent(host, id)
  sweep(host, id)
  const outcome: Outcome = wish?.rollback === undefined ? provision(task) : rollBack(task, wish.rollback)
  sweep(host, id)
  const commit = readCurrent(host, id)
  const problems = [...outcome.problems, ...settleCurrent(host, id)]
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
export const runProvisioning = (host: Host, id: string, repository: Repository, source: JsonSource): number => {
  const { value: config, problems } = readConfig(host)
  logProblems(host, '', problems)
  host.makeDir(RUNTIME_DIR)
  return host.withLock(provisionLock(id), PATIENCE_LOCK, () =>
    runLocked({
      host,
      id,
      repository,
      source,
      config,
      before: readProvisionState(host, id),
      wish: readWish(host, id),
    }),
  )
}
