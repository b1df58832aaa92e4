import type { Config } from '../config/config.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { plainAccess } from './access.ts'
import { fetchOnce } from './fetch-once.ts'
import type { Git } from './repository.ts'
import { treeOf, unpackTree } from './unpack.ts'
import { protocolOf, withoutCredentials } from './url.ts'

/** A directory of somebody's repository, for as long as it takes to look at it. */

/** Root's or anybody's, and not in memory as /run is. */
const PARENT = '/var/tmp'

/** What an administrator asks for. */
export interface Asked {
  readonly url: string
  /** A branch, a tag, a commit by its whole id. */
  readonly ref: string
  /** A directory of the repository; empty for all of it. */
  readonly path: string
}

export interface Checkout {
  readonly directory: string
  /** What messages call it. */
  readonly shown: string
  readonly commit: string
}

const isRoot = (host: Host): boolean => host.run(['id', '--user'], 60).stdout.trim() === '0'

const newDirectory = (host: Host): string => {
  const token = host.readFile('/proc/sys/kernel/random/uuid', 64)?.text.trim() ?? ''
  const directory = `${PARENT}/bitbuilder-${token}`
  if (token === '' || host.stat(directory) !== undefined) throw new HostError(directory, 'cannot be made')
  // Passed through by git, listed by nobody.
  host.makeDirMode(directory, 0o711)
  return directory
}

/** Fetches a directory as tenants' repositories are fetched, and lets `work` look at it. Nothing of it stays. Throws HostError. */
export const withCheckout = <T>(host: Host, asked: Asked, config: Config, work: (checkout: Checkout) => T): T => {
  const { url, ref, path } = asked
  const protocol = protocolOf(url)
  if (!config.protocols.includes(protocol))
    throw new HostError(withoutCredentials(url), `'${protocol}' is not among Protocols=${config.protocols.join(' ')}`)
  const base = newDirectory(host)
  try {
    const root = isRoot(host)
    const access = plainAccess(host, `${base}/access`, url, config.protocols, root)
    const git: Git = { host, id: '', url, directory: `${base}/git`, access }
    const commit = fetchOnce(git, ref, config)
    const shown = `${withoutCredentials(url)}#${commit.slice(0, 12)}${path === '' ? '' : `:${path}`}`
    const tree = treeOf(git, commit, path)
    if (tree === undefined) throw new HostError(shown, 'is no directory')
    unpackTree(git, tree, `${base}/tree`, shown, config)
    return work({ directory: `${base}/tree`, shown, commit })
  } finally {
    host.remove(base)
  }
}
