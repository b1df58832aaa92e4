import { countRules } from '../compliance/finding.ts'
import { verifyPath } from '../compliance/verify.ts'
import { orElse } from '../host/host.ts'
import { treeDir, treesDir } from '../layout/paths.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import type { Git } from './repository.ts'
import { type Draft, unfinished } from './revision.ts'

/**
 * Trees that a tenant made by hand. They may be no more than what differs from the host's /usr, so most of what a root file
 * system should be is for its owner to know, in one line. What no machine could start with is refused.
 */

const ROOTFS = /\/rootfs$/

/** nspawn refuses a tree whose os-release leads nowhere; in one that has none, the host's is. */
const REFUSED = 'OSR-01'

const hasOwnRelease = ({ entries }: Draft, path: string): boolean =>
  entries.some((entry) => entry.path === `${path}/etc/os-release` || entry.path === `${path}/usr/lib/os-release`)

const judgeOne = (
  { host, id }: Git,
  draft: Draft,
  path: string,
  tree: string,
  place: (path: string) => string,
): readonly Problem[] => {
  const dir = unfinished(treesDir(id), tree)
  // One that is there was judged when it came.
  if (host.stat(dir) === undefined) return []
  const { list } = verifyPath(host, dir, { as: 'rootfs', mode: 'source' })
  const errors = list.filter(isError)
  const refused = errors.find(({ rule }) => rule.id === REFUSED)
  if (refused !== undefined && hasOwnRelease(draft, path))
    return [{ severity: 'error', at: wholeFile(place(path)), message: `${refused.message} [${REFUSED}]` }]
  const told = errors.filter((finding) => finding !== refused)
  if (told.length === 0) return []
  const message = `does not comply: ${countRules(told)}`
  return [{ severity: 'warning', at: wholeFile(place(path)), message, hint: `bitbuilder verify ${treeDir(id, tree)}` }]
}

/** What is wrong with the trees of machines that were just written. */
export const judgeTrees = (git: Git, draft: Draft, place: (path: string) => string): readonly Problem[] =>
  Object.entries(draft.trees).flatMap(([path, tree]) =>
    !ROOTFS.test(path)
      ? []
      : orElse<readonly Problem[]>(
          () => judgeOne(git, draft, path, tree, place),
          ({ reason }) => [
            { severity: 'warning', at: wholeFile(place(path)), message: `cannot be verified: ${reason}` },
          ],
        ),
  )
