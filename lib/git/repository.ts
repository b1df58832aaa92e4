import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { repositoryDir, tenantDir } from '../layout/paths.ts'
import type { Access } from './access.ts'
import { hideCredentials } from './url.ts'
import { type Bounds, gitUid, giveToUser, patienceFor, runAsUser, SMALL } from './user.ts'

/** git at work on the repository of one tenant. */
export interface Git {
  readonly host: Host
  readonly id: string
  /** As the registry has it. */
  readonly url: string
  /** The bare repository. */
  readonly directory: string
  readonly access: Access
}

/** The words of a command that runs git(1) there. */
export const gitCommand = (
  { access, directory: own }: Git,
  args: readonly string[],
  bounds: Bounds = SMALL,
  directory = own,
): readonly string[] => access.run(['git', `--git-dir=${directory}`, ...args], access.environment, bounds)

export interface Said {
  readonly status: number
  readonly stdout: string
  /** The first lines of what went wrong, without credentials. */
  readonly words: string
}

const MOST_LINES = 6

/** What git and ssh say on the way to what matters. */
const CHATTER = /^(?:\s*$|remote: *$|Please make sure|and the repository exists)/

/** In one line, as the end of a message. */
export const wordsOf = (git: Git, text: string): string => {
  const lines = text.split('\n').filter((line) => !CHATTER.test(line))
  return hideCredentials(git.url, lines.slice(0, MOST_LINES).join('; ')) || 'and said nothing'
}

export const runGit = (git: Git, args: readonly string[], bounds: Bounds = SMALL): Said => {
  const { status, stdout, stderr } = git.host.run(gitCommand(git, args, bounds), patienceFor(bounds))
  return { status, stdout, words: wordsOf(git, stderr) }
}

/** Throws HostError with what it said. */
export const mustGit = (git: Git, args: readonly string[], bounds: Bounds = SMALL): string => {
  const { status, stdout, words } = runGit(git, args, bounds)
  if (status === 0) return stdout
  throw new HostError(`git ${args[0]}`, `failed with status ${status}: ${words}`)
}

/** Made beside and renamed. The repository is a cache: all that is in it comes from the server. */
const makeRepository = (git: Git): void => {
  const { host, id, access } = git
  const beside = `${tenantDir(id)}/.tmp-git`
  host.remove(beside)
  host.makeDirMode(beside, 0o700)
  giveToUser(host, beside)
  const init = ['init', '--quiet', '--bare', `--template=${access.directory}/template`]
  const { status, stderr } = host.run(gitCommand(git, init, SMALL, beside), patienceFor(SMALL))
  if (status !== 0) throw new HostError('git init', `failed with status ${status}: ${wordsOf(git, stderr)}`)
  host.remove(repositoryDir(id))
  host.rename(beside, repositoryDir(id))
}

/** What git leaves when it is killed: packs that are not whole, and locks that nobody holds any more. */
const LEFTOVERS = ['(', '-name', 'tmp_*', '-o', '-name', '*.lock', ')', '-type', 'f', '-delete']

export const sweepRepository = ({ host, id }: Git): void => {
  runAsUser(host, ['find', repositoryDir(id), ...LEFTOVERS])
}

/** Whether it had to be made. One of another user's would be of no use to ours. */
export const ensureRepository = (git: Git, anew = false): boolean => {
  const { host, id } = git
  const there = host.stat(repositoryDir(id))
  if (!anew && there?.kind === 'directory' && there.uid === gitUid(host)) {
    sweepRepository(git)
    if (runGit(git, ['rev-parse', '--is-bare-repository']).stdout.trim() === 'true') return false
  }
  makeRepository(git)
  return true
}

/** In bytes. */
export const repositorySize = ({ host, id }: Git): number => {
  const { status, stdout } = runAsUser(host, ['du', '--summarize', '--bytes', repositoryDir(id)])
  const size = /^([0-9]+)\s/.exec(stdout)?.[1]
  if (status !== 0 || size === undefined) throw new HostError(repositoryDir(id), 'cannot be measured')
  return Number(size)
}
