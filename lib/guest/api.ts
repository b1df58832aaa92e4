import { VERSION } from '../cli/version.ts'
import { readRevisions } from '../git/revision.ts'
import { readCurrent, readProvisionState } from '../git/state.ts'
import { withoutCredentials } from '../git/url.ts'
import { leaveWish } from '../git/wish.ts'
import type { Host } from '../host/host.ts'
import { GIT_SYNC_SERVICE, INFRA_MANAGER_SERVICE } from '../layout/names.ts'
import { GUEST } from '../layout/paths.ts'
import type { Problem } from '../report/problem.ts'
import { withoutUndefined } from '../report/without-undefined.ts'
import { CallError, expectedMore, permissionDenied, type Service, type Work } from '../varlink/serve.ts'
import { readOwnRepository, readSelf } from './self.ts'
import { readApplied } from './state.ts'
import { TENANT_INTERFACE } from './tenant-interface.ts'

/** Seconds. The units have limits of their own, which end them before. */
const PATIENCE = 7200

const wireProblem = ({ severity, at, message, hint }: Problem) =>
  withoutUndefined({ severity, file: at.file, line: at.line, column: at.column, message, hint })

const wireProblems = (problems: readonly Problem[] = []) => problems.map(wireProblem)

const describe = (host: Host) => {
  const { id, machine, description } = readSelf(host)
  const { url, ref, verify } = readOwnRepository(host)?.repository ?? {}
  return withoutUndefined({
    id,
    machine,
    description: description === '' ? undefined : description,
    repository: url === undefined ? undefined : withoutCredentials(url),
    ref,
    verify,
    version: VERSION,
  })
}

const status = (host: Host) => {
  const [sync, applied] = [readProvisionState(host, GUEST), readApplied(host)]
  return withoutUndefined({
    sync: sync?.state,
    wanted: sync?.wanted,
    commit: readCurrent(host, GUEST),
    applied: applied?.state,
    appliedCommit: applied?.commit,
    provisionedCommit: applied?.provisioned,
    problems: wireProblems([...(sync?.problems ?? []), ...(applied?.problems ?? [])]),
  })
}

const listRevisions =
  (host: Host): Work =>
  (_, { more, tell }) => {
    if (!more) throw expectedMore()
    const [current, applied] = [readCurrent(host, GUEST), readApplied(host)?.commit]
    const replies = readRevisions(host, GUEST).map(({ commit, number }) => ({
      revision: { commit, number, current: commit === current, applied: commit === applied },
    }))
    const last = replies.pop()
    if (last === undefined) throw new CallError(`${TENANT_INTERFACE.name}.NoRevision`)
    for (const reply of replies) tell(reply)
    return last
  }

const failed = (error: 'SyncFailed' | 'ApplyFailed', problems: readonly object[]): CallError =>
  new CallError(`${TENANT_INTERFACE.name}.${error}`, { problems })

const unitProblem = (unit: string, message: string): object =>
  wireProblem({
    severity: 'error',
    at: { file: unit, line: 0, column: 0 },
    message,
    hint: `journalctl --unit=${unit}`,
  })

const sync =
  (host: Host): Work =>
  ({ force }, { tell }) => {
    tell({ state: 'running', problems: [] })
    const token = host.readFile('/proc/sys/kernel/random/uuid', 64)?.text.trim() ?? ''
    leaveWish(host, GUEST, { token, force: force === true })
    const run = () => host.run(['systemctl', 'start', '--', GIT_SYNC_SERVICE], PATIENCE)
    const answer = () => {
      const state = readProvisionState(host, GUEST)
      return state?.answers === token ? state : undefined
    }
    run()
    // A run that was on its way already knew nothing of the wish.
    if (answer() === undefined) run()
    const found = answer()
    if (found === undefined) throw failed('SyncFailed', [unitProblem(GIT_SYNC_SERVICE, 'did not answer')])
    if (found.state === 'failed') throw failed('SyncFailed', wireProblems(found.problems))
    return withoutUndefined({ state: 'current', commit: found.commit, problems: wireProblems(found.problems) })
  }

const apply =
  (host: Host): Work =>
  (_, { tell }) => {
    if (readCurrent(host, GUEST) === undefined) throw new CallError(`${TENANT_INTERFACE.name}.NoRevision`)
    tell({ state: 'running', problems: [] })
    const { status } = host.run(['systemctl', 'reload-or-restart', '--', INFRA_MANAGER_SERVICE], PATIENCE)
    const applied = readApplied(host)
    const problems = wireProblems(applied?.problems)
    if (status !== 0 || applied?.state !== 'applied')
      throw failed('ApplyFailed', problems.length > 0 ? problems : [unitProblem(INFRA_MANAGER_SERVICE, 'failed')])
    return withoutUndefined({ state: 'applied', commit: applied.commit, problems })
  }

/** For whom the socket was opened: `uid` is who is at its other end, as PID 1 found out. */
export const tenantService = (host: Host, uid: number | undefined): Service => {
  const forRoot =
    (work: Work): Work =>
    (parameters, caller) => {
      if (uid !== 0) throw permissionDenied()
      return work(parameters, caller)
    }
  return {
    info: {
      vendor: 'BitBuilder',
      product: 'BitBuilder infrastructure VM',
      version: VERSION,
      url: 'man:varlink-api(8)',
    },
    interface: TENANT_INTERFACE,
    work: {
      Describe: () => describe(host),
      Status: () => status(host),
      ListRevisions: listRevisions(host),
      Sync: forRoot(sync(host)),
      Apply: forRoot(apply(host)),
    },
  }
}
