import type { Config } from '../config/config.ts'
import type { Host } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { GUEST, repositoryDir, TENANT_SOCKET } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf } from '../report/json-source.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import { withAccess } from './access.ts'
import { makeRevision, type Share, short } from './draft.ts'
import { descendsFrom, fetchWanted, requireAnswer } from './fetch.ts'
import type { Git } from './repository.ts'
import { isWhole, readRevisions, switchTo } from './revision.ts'
import type { Repository } from './settings.ts'
import { checkSignatures } from './signatures.ts'
import { type Manifest, type ProvisionState, readCurrent } from './state.ts'
import { protocolOf, withoutCredentials } from './url.ts'
import { GIT_USER } from './user.ts'
import type { Wish } from './wish.ts'

/** What one run has to go by. */
export interface Task {
  readonly host: Host
  readonly id: string
  readonly repository: Repository
  readonly share: Share
  /** Where the registry says so. */
  readonly source: JsonSource
  readonly config: Config
  readonly before: ProvisionState | undefined
  readonly wish: Wish | undefined
}

/** What is known after a run, whether or not it came to anything. */
export type Outcome = Omit<ProvisionState, 'state' | 'commit' | 'answers'>

/** The newest and all others that are whole. */
const wholeRevisions = ({ host, id }: Task): readonly Manifest[] =>
  readRevisions(host, id).filter((manifest) => isWhole(host, id, manifest))

const problemAt = (
  { source }: Task,
  key: string,
  message: string,
  severity: Problem['severity'] = 'error',
): Problem => ({
  severity,
  at: placeOf(source, ['repository', key]),
  message: `repository.${key}: ${message}`,
})

/** What stays known when nothing new was learnt. */
const known = ({ before }: Task): Outcome => {
  const { accepted, source, pinned, wanted } = before ?? {}
  return {
    problems: [],
    ...(accepted === undefined ? {} : { accepted }),
    ...(source === undefined ? {} : { source }),
    ...(pinned === undefined ? {} : { pinned }),
    ...(wanted === undefined ? {} : { wanted }),
  }
}

const failed = (task: Task, ...problems: readonly Problem[]): Outcome => ({ ...known(task), problems })

/** `refs/heads/main` as it is, `main` as git finds it there, a commit by its id, HEAD when nothing is said. */
const refOf = ({ repository }: Task): string => repository.ref ?? 'HEAD'

/** Another address or ref is the administrator's own change of course. */
const sourceOf = (task: Task): string => `${withoutCredentials(task.repository.url)} ${refOf(task)}`

/** What somebody types who wants it all the same. */
const askAgain = (id: string, force: boolean): string =>
  id === GUEST
    ? `varlinkctl call ${TENANT_SOCKET} io.bitbuilder.Tenant.Sync '{"force":${force}}'`
    : `bitbuilder provision ${id}${force ? ' --force' : ''}`

/** What is to be said of a commit that is not a later one. Without signatures a branch may be rewritten, and one is told. */
const checkDescent = (task: Task, git: Git, commit: string): readonly Problem[] => {
  const last = task.before?.accepted ?? readCurrent(task.host, task.id)
  const isOtherSource = task.before?.source !== undefined && task.before.source !== sourceOf(task)
  if (last === undefined || last === commit || isOtherSource) return []
  const descends = descendsFrom(git, commit, last)
  const mustDescend = task.repository.verify !== undefined && task.wish?.force !== true
  if (descends === true || (descends === undefined && !mustDescend)) return []
  const message = `commit ${short(commit)} does not descend from ${short(last)}, the last one: somebody has rewritten the history`
  if (!mustDescend) return [problemAt(task, 'url', message, 'warning')]
  const hint = `if that is as it should be: ${askAgain(task.id, true)}`
  return [{ ...problemAt(task, 'url', message), hint }]
}

const checkSigned = (task: Task, git: Git, commit: string): readonly Problem[] => {
  const { repository, before, config } = task
  if (repository.verify === undefined) return []
  const good = [before?.accepted, readCurrent(task.host, task.id), repository.since]
  const bounds = { seconds: config.fetchTimeout, bytes: 64 << 20 }
  return checkSignatures(
    git,
    commit,
    good.filter((one) => one !== undefined),
    repository.verify,
    bounds,
  )
}

/** Makes a commit current, unless something is wrong with it. */
const accept = (task: Task, git: Git, commit: string): Outcome => {
  const { host, id, share } = task
  const found = (): Manifest | undefined =>
    wholeRevisions(task).find((one) => one.commit === commit && one.path === share.path)
  const history = [...checkDescent(task, git, commit), ...checkSigned(task, git, commit)]
  if (history.some(isError))
    return failed({ ...task, before: { ...empty, ...task.before, wanted: commit } }, ...history)
  const contents = found() === undefined ? makeRevision(git, commit, share, task.config) : []
  const problems = [...history, ...contents]
  const manifest = found()
  if (manifest === undefined || problems.some(isError))
    return failed({ ...task, before: { ...empty, ...task.before, wanted: commit } }, ...problems)
  if (readCurrent(host, id) !== commit) switchTo(host, id, manifest, false)
  return { wanted: commit, accepted: commit, source: sourceOf(task), problems }
}

const empty: ProvisionState = { state: 'failed', problems: [] }

/** Git's words are the same whether a directory is missing, closed to its user, or one that the unit's sandbox hides. */
const NOT_SEEN = /not appear to be a git repository/
const UNREADABLE = `it has to be there for the user ${GIT_USER}, who sees nothing of /home, /root and /tmp`

const fetchAndAccept = (task: Task, git: Git): Outcome => {
  const { config, repository, before, wish } = task
  const fetched = orElse<string | Problem>(
    () => {
      // A server that is gone must not keep a tenant that has all it needs from starting.
      if (wish === undefined && readCurrent(task.host, task.id) !== undefined) requireAnswer(git)
      const limits = { size: config.maxRepositorySize, seconds: config.fetchTimeout }
      return fetchWanted(git, refOf(task), repository.verify !== undefined, limits)
    },
    ({ reason }) => ({
      ...problemAt(task, 'url', `cannot fetch ${refOf(task)} of ${withoutCredentials(repository.url)}: ${reason}`),
      ...(protocolOf(repository.url) === 'file' && NOT_SEEN.test(reason) ? { hint: UNREADABLE } : {}),
    }),
  )
  if (typeof fetched !== 'string') return failed(task, fetched)
  if (before?.pinned === fetched && wish === undefined) {
    const message = `commit ${short(fetched)} was rolled back from, staying`
    const hint = `to go there again: ${askAgain(task.id, false)}`
    return { ...known(task), problems: [{ ...problemAt(task, 'url', message, 'warning'), hint }], wanted: fetched }
  }
  return accept(task, git, fetched)
}

/** Fetches what the registry names and makes it current if it is good. */
export const provision = (task: Task): Outcome => {
  const { host, id, repository, config } = task
  const protocol = protocolOf(repository.url)
  if (!config.protocols.includes(protocol))
    return failed(task, problemAt(task, 'url', `'${protocol}' is not among Protocols=${config.protocols.join(' ')}`))
  return orElse(
    () =>
      withAccess(host, id, repository, config.protocols, (access) =>
        fetchAndAccept(task, { host, id, url: repository.url, directory: repositoryDir(id), access }),
      ),
    ({ path, reason }) => failed(task, { severity: 'error', at: wholeFile(path), message: reason }),
  )
}

/** The revision that is meant; throws HostError with the reason when there is none. */
const target = (task: Task, wanted: string): Manifest => {
  const { host, id } = task
  const revisions = wholeRevisions(task)
  const current = readCurrent(host, id)
  const number = revisions.find(({ commit }) => commit === current)?.number
  if (wanted === '') {
    const before = revisions.filter((one) => number !== undefined && one.number < number).at(-1)
    if (before === undefined) throw new HostError(`tenant '${id}'`, 'has no revision before this one')
    return before
  }
  const [found, ...others] = revisions.filter(({ commit }) => commit.startsWith(wanted))
  if (found === undefined || others.length > 0)
    throw new HostError(`revision '${wanted}'`, found === undefined ? 'is not kept' : 'could be more than one')
  if (found.commit === current) throw new HostError(`revision '${wanted}'`, 'is current already')
  return found
}

/** Makes a revision current that was so before. What the repository has now does not take its place again by itself. */
export const rollBack = (task: Task, wanted: string): Outcome =>
  orElse(
    () => {
      const { host, id, before } = task
      const manifest = target(task, wanted)
      const pinned = before?.wanted ?? readCurrent(host, id)
      switchTo(host, id, manifest, true)
      return { ...known(task), ...(pinned === undefined ? {} : { pinned }) }
    },
    ({ path, reason }) => failed(task, { severity: 'error', at: wholeFile(path), message: reason }),
  )
