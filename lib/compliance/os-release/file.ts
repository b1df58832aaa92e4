import { type Check, guarded, type More } from '../check.ts'
import { type Resolved, resolve } from '../resolve.ts'
import type { Rule } from '../rule.ts'
import { badFields } from './fields.ts'
import { type Flaw, parseRelease, type Release } from './grammar.ts'
import { OSR } from './rules.ts'

const ETC = 'etc/os-release'
const VENDOR = 'usr/lib/os-release'
const CANONICAL = '../usr/lib/os-release'

/** Many times what anybody has to say. */
const LARGEST = 64 << 10

const flawMore = ({ line, column, weight }: Flaw): More => ({
  line,
  column,
  ...(weight === 'warning' ? { severity: 'warning' } : {}),
})

/** The text of one file. Undefined when it cannot be read. */
const checkText = (check: Check, path: string): Release | undefined => {
  const text = guarded(check, OSR['OSR-06'], path, () => check.tree.text(path, LARGEST))
  if (text === undefined) return undefined
  const release = parseRelease(text)
  for (const flaw of release.flaws) check.report(OSR[flaw.rule], path, flaw.message, flawMore(flaw))
  if (release.flaws.some(({ weight }) => weight === 'fatal')) return undefined
  for (const { rule, at, message, severity } of badFields(release.values))
    check.report(rule, path, at === undefined ? message : `${at.key}=${at.value}: ${message}`, {
      ...(at === undefined ? {} : { line: at.line, column: at.column }),
      ...(severity === undefined ? {} : { severity }),
    })
  return release
}

/** What a place that is wrong is reported as. */
const checkPlace = ({ report }: Check, path: string, found: Resolved): void => {
  const bad = (rule: Rule, message: string): void => report(rule, path, message)
  if (found.state === 'loop') bad(OSR['OSR-02'], 'is a loop of links')
  else if (found.climbs) bad(OSR['OSR-02'], 'is a link that leads out of the tree')
  else if (found.state === 'found' && found.node.kind !== 'file')
    bad(OSR['OSR-02'], `leads to a ${found.node.kind}, expected a file`)
}

/** Which of the two is the file, and what the link is like. */
const checkLayout = (check: Check): void => {
  const { tree, report } = check
  const [etc, vendor] = [tree.node(ETC), tree.node(VENDOR)]
  if (etc?.kind === 'link') {
    const target = tree.target(ETC)
    if (target.startsWith('/'))
      report(OSR['OSR-04'], ETC, `leads to ${target}, expected ../usr/lib/os-release`, {
        ...(target === `/${VENDOR}` ? { fixes: [{ do: 'link', path: ETC, target: CANONICAL }] } : {}),
      })
  }
  if (vendor?.kind === 'link' && etc?.kind === 'file')
    report(OSR['OSR-03'], VENDOR, 'is a link, and etc/os-release the file', {
      fixes: [
        { do: 'remove', path: VENDOR },
        { do: 'rename', path: ETC, to: VENDOR },
        { do: 'link', path: ETC, target: CANONICAL },
      ],
    })
  else if (vendor === undefined && etc?.kind === 'file')
    report(OSR['OSR-03'], ETC, 'is the file, and there is no usr/lib/os-release', {
      fixes: [
        { do: 'rename', path: ETC, to: VENDOR },
        { do: 'link', path: ETC, target: CANONICAL },
      ],
    })
  else if (etc === undefined && vendor !== undefined)
    report(OSR['OSR-03'], ETC, 'is missing, expected a link to ../usr/lib/os-release', {
      fixes: [{ do: 'link', path: ETC, target: CANONICAL }],
    })
  else if (etc?.kind === 'file' && vendor?.kind === 'file') {
    const [a, b] = [ETC, VENDOR].map((path) => guarded(check, OSR['OSR-06'], path, () => tree.text(path, LARGEST)))
    if (a !== b) report(OSR['OSR-05'], ETC, 'says something else than usr/lib/os-release, which nobody reads')
  }
}

/** The os-release of a root file system. What it says, when it can be read. */
export const checkOsRelease = (check: Check): Release | undefined => {
  const { tree, report } = check
  const places = [ETC, VENDOR].map((path) => [path, resolve(tree, path)] as const)
  for (const [path, found] of places) checkPlace(check, path, found)
  checkLayout(check)
  const read = places.find(([, found]) => found.state === 'found' && found.node.kind === 'file')
  if (read?.[1].state === 'found') return checkText(check, read[1].path)
  report(OSR['OSR-01'], '', 'has no etc/os-release or usr/lib/os-release that leads to a file')
  return undefined
}

/** `subject` is the file. */
export const checkOsReleaseFile = (check: Check): void => {
  checkText(check, check.subject)
}
