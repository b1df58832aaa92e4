import type { Check } from '../check.ts'
import { resolveLink } from '../resolve.ts'
import { nameOf } from '../tree.ts'
import { ROOT } from './rules.ts'

/** File systems of the kernel and what is made at run time: their files are in no tree. */
const AT_RUN_TIME = ['proc/', 'sys/', 'dev/', 'run/']

const isAtRunTime = (path: string): boolean =>
  AT_RUN_TIME.some((top) => path.startsWith(top) || (path.length === top.length - 1 && top.startsWith(path)))

/** Links whose own rules say more. */
const HAVE_RULES: ReadonlySet<string> = new Set([
  'etc/os-release',
  'usr/lib/os-release',
  'bin',
  'sbin',
  'lib',
  'lib32',
  'libx32',
  'lib64',
])

const IS_NEEDED = /^(?:etc|usr\/lib)\/systemd\/(?:system|user)\/[^/]+$/

/** One symbolic link of a root file system. Returns where it leads when nothing is wrong but that it is absolute. */
export const checkLink = ({ tree, report }: Check, path: string): string | undefined => {
  if (HAVE_RULES.has(path)) return undefined
  const target = tree.target(path)
  const found = resolveLink(tree, path, target)
  if (found.state === 'loop') report(ROOT['ROOT-17'], path, `leads to ${target}, in a loop`)
  else if (found.climbs) report(ROOT['ROOT-17'], path, `leads to ${target}, out of the tree`)
  else if (isAtRunTime(found.path)) return undefined
  else if (found.state === 'missing')
    report(ROOT['ROOT-17'], path, `leads to ${target}, which is not there`, {
      ...(IS_NEEDED.test(path) ? {} : { severity: 'warning' }),
    })
  else if (target.startsWith('/')) return target
  return undefined
}

/** Of one directory, as `[path, target]`. Some have hundreds, such as Debian's etc/alternatives: once is enough. */
export const reportAbsolute = (
  { report }: Check,
  directory: string,
  links: readonly (readonly [path: string, target: string])[],
): void => {
  const [[path, target] = ['', '']] = links
  if (links.length === 1) report(ROOT['ROOT-17'], path, `leads to ${target}: absolute`, { severity: 'warning' })
  else if (links.length > 1)
    report(ROOT['ROOT-17'], directory, `has ${links.length} absolute links, as ${nameOf(path)} to ${target}`, {
      severity: 'warning',
    })
}
