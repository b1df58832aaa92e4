import { type Check, guarded } from '../check.ts'
import { authorizedKeyOf } from '../keys/ssh.ts'
import { HOME } from './rules.ts'

const LONGEST = 1 << 18
const PLACEHOLDER = /^\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}$/

/** A line that is to become one; undefined where it is one of a file that is not rendered. */
const parameterOf = (line: string): string | undefined => PLACEHOLDER.exec(line)?.[1]

/** HOME-20: sshd(8), "AUTHORIZED_KEYS FILE FORMAT". `parameters`: what may stand for a line; undefined where nothing may. */
export const checkAuthorizedKeys = (check: Check, path: string, parameters: readonly string[] | undefined): void => {
  const { tree, report } = check
  const text = guarded(check, HOME['HOME-20'], path, () => tree.text(path, LONGEST)) ?? ''
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim()
    if (line === '' || line.startsWith('#')) continue
    const at = { line: index + 1, column: 1 }
    const parameter = parameterOf(line)
    const key = authorizedKeyOf(line)
    if (parameter !== undefined && parameters?.includes(parameter) !== true)
      report(HOME['HOME-20'], path, `'${line}' is no parameter of a template here`, at)
    else if (parameter === undefined && typeof key === 'string') report(HOME['HOME-20'], path, key, at)
  }
}
