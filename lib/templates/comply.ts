import { diskTree } from '../compliance/disk-tree.ts'
import type { Finding, Fix } from '../compliance/finding.ts'
import { applyFixes, fixWords } from '../compliance/fix.ts'
import { KINDS } from '../compliance/kinds.ts'
import { type Verified, verifyPath } from '../compliance/verify.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'

/** A fix may uncover something. */
const MOST_ROUNDS = 5

/** What is looked at where nothing knows the whole: file systems in it. */
const INNER = ['rootfs', 'disk-image/rootfs']

const isKnown = (host: Host, dir: string): boolean => {
  const tree = diskTree(host, dir, dir)
  return KINDS.some((kind) => kind.recognises(tree, ''))
}

/** The directories of an instance that can be verified: itself, or what is in it. */
const subjectsOf = (host: Host, dir: string): readonly string[] => {
  if (isKnown(host, dir)) return [dir]
  return INNER.map((inner) => `${dir}/${inner}`).filter(
    (one) => host.stat(one)?.kind === 'directory' && isKnown(host, one),
  )
}

/** What git cannot keep, and no more: what else could be better in a template is its author's to change. */
const isOfGit = (fix: Fix): boolean => fix.do === 'mkdir' || fix.do === 'chmod'

const restore = (host: Host, dir: string): void => {
  let before = ''
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { list, directory } = verifyPath(host, dir, { mode: 'source' })
    const fixes = list.flatMap((finding) => finding.fixes).filter(isOfGit)
    const words = fixes.map(fixWords).join('\n')
    if (fixes.length === 0 || words === before) return
    before = words
    const [refused] = applyFixes(host, directory, fixes)
    if (refused !== undefined) throw new HostError(dir, `cannot ${fixWords(refused.fix)}: ${refused.reason}`)
  }
}

/** Makes of a fresh instance what git could not keep, and says what is wrong with it then. `dir` is ours alone. Throws HostError. */
export const complete = (host: Host, dir: string): readonly Finding[] =>
  subjectsOf(host, dir).flatMap((subject) => {
    restore(host, subject)
    const { list }: Verified = verifyPath(host, subject, { mode: 'instance' })
    return list
  })
