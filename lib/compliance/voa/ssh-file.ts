import type { Check } from '../check.ts'
import { sshKeyOf } from '../keys/ssh.ts'
import { nameOf } from '../tree.ts'
import { bytesAsText, type Contents } from './contents.ts'
import { VOA } from './rules.ts'
import { isVerifierName } from './verifier-names.ts'

interface Line {
  readonly number: number
  readonly text: string
}

const linesOf = (text: string): readonly Line[] =>
  text
    .split('\n')
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'))

/** VOA-18. */
export const checkSsh = ({ report }: Check, path: string, { bytes }: Contents): void => {
  const refuse = (message: string, line = 0, hint?: string): void =>
    report(VOA['VOA-18'], path, message, { line, column: line === 0 ? 0 : 1, ...(hint === undefined ? {} : { hint }) })
  const name = nameOf(path)
  const [first, second] = linesOf(bytesAsText(bytes))
  if (first === undefined) {
    refuse('holds no key')
    return
  }
  if (/PRIVATE KEY-----/.test(first.text)) {
    refuse('holds a private key', first.number)
    return
  }
  const key = sshKeyOf(first.text)
  if (typeof key === 'string') {
    refuse(key, first.number)
    return
  }
  if (second !== undefined) {
    refuse('holds more than one key', second.number, 'one file for each')
    return
  }
  const right = `${key.digest}.pub`
  if (!isVerifierName('ssh', name)) {
    refuse(`is called '${name}', expected '${right}'`)
    return
  }
  if (name !== right) refuse(`has the digest ${key.digest}, which is not its name`)
}
