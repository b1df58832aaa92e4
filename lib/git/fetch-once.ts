import type { Config } from '../config/config.ts'
import { HostError } from '../host/host.ts'
import { type Git, mustGit, runGit } from './repository.ts'
import { withoutCredentials } from './url.ts'
import { asUser, type Bounds, giveToUser } from './user.ts'

const WANTED = 'refs/bitbuilder/once'

const OPTIONS = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance']

/**
 * Fetches one commit and nothing before it into a repository that somebody removes again; made when it is not there. In the
 * tenant's own it would cut the history. `ref` is that of a branch or tag, or the id of a commit. Throws HostError.
 */
export const fetchOnce = (git: Git, ref: string, { maxRepositorySize, fetchTimeout }: Config): string => {
  const { host, access, directory, url } = git
  if (host.stat(directory) === undefined) {
    host.makeDirMode(directory, 0o700)
    if (access.run === asUser) giveToUser(host, directory)
    mustGit(git, ['init', '--quiet', '--bare', `--template=${access.directory}/template`])
  }
  const bounds: Bounds = { seconds: fetchTimeout, bytes: maxRepositorySize }
  const { status, words } = runGit(
    git,
    ['fetch', ...OPTIONS, '--depth=1', '--refmap=', '--', url, `+${ref}:${WANTED}`],
    bounds,
  )
  if (status !== 0) throw new HostError(withoutCredentials(url), `cannot fetch ${ref}: ${words}`)
  return mustGit(git, ['rev-parse', '--verify', '--quiet', `${WANTED}^{commit}`]).trim()
}
