import type { Check } from '../check.ts'
import { signifyProblem } from '../keys/signify.ts'
import { nameOf } from '../tree.ts'
import { bytesAsText, type Contents } from './contents.ts'
import { isAnchor } from './load-path.ts'
import { VOA } from './rules.ts'
import { isVerifierName } from './verifier-names.ts'

/** VOA-20, of minisign and signify alike. */
export const checkSignify = ({ report }: Check, path: string, { bytes, purpose, technology }: Contents): void => {
  const name = nameOf(path)
  if (!isVerifierName(technology, name)) report(VOA['VOA-20'], path, `is called '${name}', expected '*.pub'`)
  if (isAnchor(purpose)) report(VOA['VOA-20'], path, `is a trust anchor, ${technology} has none, it is ignored`)
  const problem = signifyProblem(bytesAsText(bytes))
  if (problem !== undefined) report(VOA['VOA-20'], path, problem)
}
