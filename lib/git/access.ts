import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { GIT_ACCESS_DIR, gitAccessDir, gitKeyFile, signersFile } from '../layout/paths.ts'
import { distrust } from '../registry/trust.ts'
import { ATTRIBUTES, gitConfig, type Repository, sshCommand } from './settings.ts'
import { asOneself, asUser, giveToUser, letUserRead, type Run } from './user.ts'

const LARGEST_KEY = 1 << 20

/** What git is given to work with, in a directory that goes when the work is done. */
export interface Access {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** Who git is. */
  readonly run: Run
}

/** A file that the administrator made for us, if it is there. Throws HostError when others may write it. */
const readOwn = (host: Host, path: string): string | undefined => {
  const found = host.readFile(path, LARGEST_KEY)
  const reason = found === undefined ? undefined : distrust(found.stat, host.owner)
  if (reason !== undefined) throw new HostError(path, reason)
  return found?.text
}

const readSigners = (host: Host, id: string, { verify }: Repository): string | undefined => {
  if (verify !== 'ssh') return undefined
  const text = readOwn(host, signersFile(id, verify))
  if (text === undefined) throw new HostError(signersFile(id, verify), 'is not there: nobody may sign for this tenant')
  return text
}

/** gpg(1) imports the keys itself: they may be binary. */
const importKeys = (host: Host, id: string, directory: string): void => {
  const file = signersFile(id, 'openpgp')
  const stat = host.stat(file)
  if (stat === undefined) throw new HostError(file, 'is not there: nobody may sign for this tenant')
  const reason = stat.kind === 'file' ? distrust(stat, host.owner) : `is a ${stat.kind}, expected a file`
  if (reason !== undefined) throw new HostError(file, reason)
  host.run(['install', '--mode=0640', '--', file, `${directory}/signers`], 60)
}

const environmentOf = (directory: string, protocols: readonly string[], hasKey: boolean) => ({
  HOME: directory,
  GNUPGHOME: `${directory}/gnupg`,
  GIT_ALLOW_PROTOCOL: protocols.join(':'),
  GIT_ASKPASS: '/bin/false',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: `${directory}/config`,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_SSH_COMMAND: sshCommand(directory, hasKey),
  GIT_SSH_VARIANT: 'ssh',
  GIT_TERMINAL_PROMPT: '0',
})

/** Everything that the repository of a tenant takes: configuration, keys, a place for gpg(1). Throws HostError. */
export const withAccess = <T>(
  host: Host,
  id: string,
  repository: Repository,
  protocols: readonly string[],
  work: (access: Access) => T,
): T => {
  const directory = gitAccessDir(id)
  const files: readonly (readonly [string, string | undefined])[] = [
    ['config', gitConfig(repository, directory)],
    ['template/info/attributes', ATTRIBUTES],
    ['key', readOwn(host, gitKeyFile(id, 'key'))],
    ['known_hosts', readOwn(host, gitKeyFile(id, 'known_hosts'))],
    ['.netrc', readOwn(host, gitKeyFile(id, 'netrc'))],
    ['signers', readSigners(host, id, repository)],
  ]
  host.makeDir(GIT_ACCESS_DIR)
  host.remove(directory)
  try {
    host.makeDirMode(directory, 0o700)
    host.makeDir(`${directory}/template/info`)
    for (const [name, text] of files) if (text !== undefined) host.replaceFile(`${directory}/${name}`, text, 0o640)
    if (repository.verify === 'openpgp') importKeys(host, id, directory)
    letUserRead(host, directory)
    host.makeDirMode(`${directory}/gnupg`, 0o700)
    giveToUser(host, `${directory}/gnupg`)
    const hasKey = files.some(([name, text]) => name === 'key' && text !== undefined)
    return work({ directory, environment: environmentOf(directory, protocols, hasKey), run: asUser })
  } finally {
    host.remove(directory)
  }
}

/**
 * The same without anybody's keys, in a directory of the caller's: for a repository that an administrator names once. git is
 * the user without privileges, or the caller who has none himself. Throws HostError.
 */
export const plainAccess = (
  host: Host,
  directory: string,
  url: string,
  protocols: readonly string[],
  isRoot: boolean,
): Access => {
  host.makeDirMode(directory, 0o700)
  host.makeDir(`${directory}/template/info`)
  host.replaceFile(`${directory}/config`, gitConfig({ url }, directory), 0o640)
  host.replaceFile(`${directory}/template/info/attributes`, ATTRIBUTES, 0o640)
  if (isRoot) letUserRead(host, directory)
  return { directory, environment: environmentOf(directory, protocols, false), run: isRoot ? asUser : asOneself }
}
