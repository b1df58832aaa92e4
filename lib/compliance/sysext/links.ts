import type { Check } from '../check.ts'
import { resolve } from '../resolve.ts'
import { parentOf } from '../tree.ts'
import { SYSEXT } from './rules.ts'

/** Where a link leads by its text alone, seen from the root; undefined when it climbs out of that. */
const lexical = (path: string, target: string): string | undefined => {
  const done = target.startsWith('/')
    ? []
    : parentOf(path)
        .split('/')
        .filter((name) => name !== '')
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue
    if (name !== '..') done.push(name)
    else if (done.pop() === undefined) return undefined
  }
  return done.join('/')
}

/** SYSEXT-12: only usr/ and opt/ are merged, and a link can rely on nothing else. */
export const checkLink = ({ tree, base, report }: Check, path: string): void => {
  const rule = SYSEXT['SYSEXT-12']
  const target = tree.target(path)
  const end = lexical(path, target)
  if (end === undefined) {
    report(rule, path, `leads out of the extension: ${target}`)
    return
  }
  if (/^(?:usr|opt)(?:\/|$)/.test(end)) {
    const isThere = resolve(tree, end).state === 'found'
    const isLoop = resolve(tree, path).state === 'loop'
    if (isLoop) report(rule, path, 'is a loop of links')
    else if (!isThere && base !== undefined && resolve(base.tree, end).state !== 'found')
      report(rule, path, `leads to ${target}, which neither the extension nor the base has`, { severity: 'warning' })
    return
  }
  const isUsual = /^(?:etc|var|run|dev|proc|sys)(?:\/|$)/.test(end)
  report(rule, path, `leads to ${target}, which no system extension provides`, {
    severity: isUsual ? 'warning' : 'error',
  })
}
