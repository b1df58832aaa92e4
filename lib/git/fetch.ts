import { HostError } from '../host/host.ts'
import { ensureRepository, type Git, mustGit, repositorySize, runGit, sweepRepository } from './repository.ts'
import { SMALL } from './user.ts'

/** Our only ref. */
const WANTED = 'refs/bitbuilder/wanted'

export interface FetchLimits {
  /** Of the repository, in bytes. */
  readonly size: number
  readonly seconds: number
}

const isOutOfTime = (status: number): boolean => status === 124 || status === 137

/** True when it was too much. Throws HostError with any other reason. */
const tryFetch = (git: Git, ref: string, shallow: boolean, { size, seconds }: FetchLimits): boolean => {
  const bytes = size - repositorySize(git)
  if (bytes <= 0) return true
  const options = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance']
  const depth = shallow ? ['--depth=1'] : []
  const { status, words } = runGit(git, ['fetch', ...options, ...depth, '--refmap=', 'origin', `+${ref}:${WANTED}`], {
    seconds,
    bytes,
  })
  if (status === 0) return repositorySize(git) > size
  // Who writes more than RLIMIT_FSIZE is ended by a signal, and git says nothing of that. The file is as large as it may be.
  const isFull = repositorySize(git) >= size
  sweepRepository(git)
  if (isFull) return true
  throw new HostError('git fetch', isOutOfTime(status) ? `took longer than ${seconds} s` : words)
}

/** Whether commits are missing from its history. */
const isShallow = (git: Git): boolean => mustGit(git, ['rev-parse', '--is-shallow-repository']).trim() !== 'false'

/**
 * Fetches what the ref leads to. `history`: all commits before it, for signatures; else the first time the last one alone,
 * and later what came since. Throws HostError; then the repository is as good as before.
 */
export const fetchWanted = (git: Git, ref: string, history: boolean, limits: FetchLimits): string => {
  let fresh = ensureRepository(git)
  if (history && !fresh && isShallow(git)) fresh = ensureRepository(git, true)
  if (tryFetch(git, ref, fresh && !history, limits)) {
    // What piled up counts as well. Without it, there may be room.
    if (!fresh) ensureRepository(git, true)
    if (fresh || tryFetch(git, ref, !history, limits))
      throw new HostError('git fetch', `the repository is larger than MaxRepositorySize=, ${limits.size} bytes`)
  }
  if (history && isShallow(git)) throw new HostError('git fetch', 'the repository does not have its whole history')
  return mustGit(git, ['rev-parse', '--verify', '--quiet', `${WANTED}^{commit}`]).trim()
}

/** Seconds that a server has to answer at all. */
const PATIENCE_ANSWER = 30

/** Throws HostError when the server does not answer soon. */
export const requireAnswer = (git: Git): void => {
  ensureRepository(git)
  const { status, words } = runGit(git, ['ls-remote', '--quiet', 'origin', 'HEAD'], {
    seconds: PATIENCE_ANSWER,
    bytes: SMALL.bytes,
  })
  if (status === 0) return
  throw new HostError('git ls-remote', isOutOfTime(status) ? `no answer within ${PATIENCE_ANSWER} s` : words)
}

/** Undefined when the repository does not know. */
export const descendsFrom = (git: Git, commit: string, ancestor: string): boolean | undefined => {
  const { status } = runGit(git, ['merge-base', '--is-ancestor', ancestor, commit])
  return status > 1 ? undefined : status === 0
}
