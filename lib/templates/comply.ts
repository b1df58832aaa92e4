import type { Finding, Fix } from '../compliance/finding.ts'
import { applyFixes, fixWords } from '../compliance/fix.ts'
import { verifyPath } from '../compliance/verify.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'

/** A fix may uncover something. */
const MOST_ROUNDS = 5

const KIND = 'template'

/** What git cannot keep, and no more: what else could be better in a template is its author's to change. */
const isOfGit = (fix: Fix): boolean => fix.do === 'mkdir' || fix.do === 'chmod'

const restore = (host: Host, dir: string): void => {
  let before = ''
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { list, directory } = verifyPath(host, dir, { as: KIND, mode: 'source' })
    const fixes = list.flatMap((finding) => finding.fixes).filter(isOfGit)
    const words = fixes.map(fixWords).join('\n')
    if (fixes.length === 0 || words === before) return
    before = words
    const [refused] = applyFixes(host, directory, fixes)
    if (refused !== undefined) throw new HostError(dir, `cannot ${fixWords(refused.fix)}: ${refused.reason}`)
  }
}

/** Makes of a fresh instance what git could not keep, and says what is wrong with it then. `dir` is ours alone. Throws HostError. */
export const complete = (host: Host, dir: string): readonly Finding[] => {
  restore(host, dir)
  return verifyPath(host, dir, { as: KIND, mode: 'instance' }).list
}
