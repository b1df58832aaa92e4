import type { Check } from '../check.ts'
import { nameOf, parentOf, type Tree } from '../tree.ts'
import { isWritable, LOAD_PATHS, loadPathOf, locationOf, priorityOf } from './load-path.ts'
import { VOA } from './rules.ts'
import { namesOnTheWay, relativeTo, type Trace, trace } from './trace.ts'
import { isVerifierName } from './verifier-names.ts'

const NULL = 'dev/null'
export const VERIFIER_LEVEL = 5

const isMask = (tree: Tree, path: string): boolean =>
  tree.node(path)?.kind === 'link' && tree.target(path) === `/${NULL}`

/** The verifiers of other load paths that have the same place. */
const twinsOf = (tree: Tree, path: string): readonly string[] => {
  const loadPath = loadPathOf(path)
  return LOAD_PATHS.filter((one) => one !== loadPath)
    .map((one) => `${one}${path.slice(loadPath.length)}`)
    .filter((one) => tree.node(one) !== undefined && !isMask(tree, one))
}

const checkMask = ({ tree, report }: Check, path: string, level: number): void => {
  const { loadPath, technology } = locationOf(path)
  if (level < VERIFIER_LEVEL) {
    report(VOA['VOA-27'], path, 'masks a directory, only verifiers can be masked')
    return
  }
  if (!isVerifierName(technology, nameOf(path))) {
    report(VOA['VOA-26'], path, `masks nothing, no verifier of ${technology} has such a name`)
    return
  }
  const severity = 'warning'
  if (!isWritable(loadPath))
    report(VOA['VOA-26'], path, `is a mask in /${loadPath}`, {
      severity,
      hint: 'masks belong into /etc/voa; leave out what nobody shall use',
    })
  for (const twin of twinsOf(tree, path))
    report(VOA['VOA-26'], path, `masks ${twin} of the same tree, which then is never used`, { severity })
}

/** Where it leads that a link of this load path must not, as a phrase. */
const straying = (path: string, { hops, end }: Trace): string | undefined => {
  let least = priorityOf(path) ?? 0
  for (const at of [...hops.slice(1).map((hop) => hop.path), end]) {
    const priority = priorityOf(at)
    if (priority === undefined) return `leads to /${at}, which is in no load path, it is ignored`
    if (priority < least) return `leads to /${at}, from a load path to one of higher priority, it is ignored`
    least = priority
  }
  return undefined
}

const isWhole = (tree: Tree, path: string): boolean =>
  LOAD_PATHS.every((one) => one === loadPathOf(path) || tree.node(parentOf(one)) === undefined)

const checkEnd = ({ tree, report }: Check, path: string, level: number, way: Trace): void => {
  const expected = level === VERIFIER_LEVEL ? 'file' : 'directory'
  if (way.isLoop) {
    report(VOA['VOA-23'], path, 'leads in a circle')
    return
  }
  if (way.node === undefined) {
    const isElsewhere = loadPathOf(way.end) !== loadPathOf(path) && isWhole(tree, path)
    const hint = 'verify the whole root file system to have links to other load paths followed'
    report(
      VOA['VOA-23'],
      path,
      `leads to /${way.end}, which is not there, it is ignored`,
      isElsewhere ? { severity: 'warning', hint } : {},
    )
    return
  }
  if (way.node.kind !== expected)
    report(VOA['VOA-23'], path, `leads to a ${way.node.kind}, expected a ${expected}, it is ignored`)
}

const checkNames = ({ report }: Check, path: string, level: number, way: Trace): void => {
  const others = namesOnTheWay(way).filter((name) => name !== nameOf(path))
  if (others.length === 0) return
  const isVerifier = level === VERIFIER_LEVEL
  report(
    VOA['VOA-24'],
    path,
    `leads to '${others[0]}', which has another name, it is ignored`,
    isVerifier ? {} : { severity: 'warning', hint: 'link the files in it instead' },
  )
}

const checkAbsolute = ({ report }: Check, path: string, target: string): void => {
  if (!target.startsWith('/')) return
  const isPlain = !/(?:^|\/)\.{1,2}(?:\/|$)|\/\/|\/$/.test(target)
  const to = relativeTo(parentOf(path), target.slice(1))
  report(VOA['VOA-25'], path, `is absolute, '${target}'`, {
    hint: `link it to '${to}'`,
    fixes: isPlain ? [{ do: 'link', path, target: to }] : [],
  })
}

/** A link on level 1 to 5 of a load path. */
export const checkLink = (check: Check, path: string, level: number): void => {
  const { tree, report } = check
  const target = tree.target(path)
  if (target === `/${NULL}`) {
    checkMask(check, path, level)
    return
  }
  if (loadPathOf(path) === 'run/voa') {
    report(VOA['VOA-22'], path, 'is a link, it is ignored')
    return
  }
  const way = trace(tree, path)
  if (way.end === NULL) {
    const rule = level === VERIFIER_LEVEL ? VOA['VOA-26'] : VOA['VOA-27']
    report(rule, path, `leads to /dev/null, but only a link to exactly '/dev/null' is a mask`)
    return
  }
  const stray = straying(path, way)
  if (stray !== undefined) {
    report(VOA['VOA-21'], path, stray)
    return
  }
  checkEnd(check, path, level, way)
  if (way.isLoop || way.node === undefined) return
  checkNames(check, path, level, way)
  checkAbsolute(check, path, target)
}
