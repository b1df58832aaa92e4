import type { Config } from '../config/config.ts'
import { HostError } from '../host/host.ts'
import { isError } from '../report/problem.ts'
import { extract } from './extract.ts'
import { checkListing } from './listing.ts'
import { type Git, mustGit, runGit } from './repository.ts'

/** What a listing may say; more is too many files in any case. */
export const LONGEST_LISTING = 60 << 20

/** Undefined when the commit has no such directory. */
export const treeOf = (git: Git, commit: string, path: string): string | undefined => {
  const found = runGit(git, [
    'rev-parse',
    '--verify',
    '--quiet',
    path === '' ? `${commit}^{tree}` : `${commit}:${path}`,
  ])
  const tree = found.stdout.trim()
  const isTree = found.status === 0 && mustGit(git, ['cat-file', '-t', tree]).trim() === 'tree'
  return isTree ? tree : undefined
}

/**
 * Writes a tree that is no part of a revision into a new directory, checked as all others. Links may lead anywhere in it.
 * `shown` is what messages call it. Throws HostError.
 */
export const unpackTree = (git: Git, tree: string, directory: string, shown: string, config: Config): void => {
  const { fetchTimeout: seconds, maxFiles: files, maxRepositorySize: size } = config
  const listing = mustGit(git, ['ls-tree', '-r', '-t', '-l', '-z', '--full-tree', tree], {
    seconds,
    bytes: LONGEST_LISTING,
  })
  const { value: entries, problems } = checkListing(listing, (path) => `${shown}/${path}`, { files, size })
  const wrong = problems.find(isError)
  if (wrong !== undefined) throw new HostError(wrong.at.file, wrong.message)
  extract(git, { tree, without: [], entries, prefix: '', mayLeadOut: true }, directory, { seconds })
}
