import { fromBase64 } from './base64.ts'

/** Keys of signify(1) and minisign(1): a comment, and a line of base64 with `Ed`, eight bytes of a number, and the key. */

const COMMENT = 'untrusted comment: '
const PUBLIC_LENGTH = 2 + 8 + 32

/** A phrase that says why a text is no public key; undefined when it is one. */
export const signifyProblem = (text: string): string | undefined => {
  const [comment = '', base64 = '', ...rest] = text.trimEnd().split('\n')
  if (!comment.startsWith(COMMENT)) return `does not begin with '${COMMENT.trim()}'`
  const bytes = fromBase64(base64.trim())
  if (bytes === undefined) return 'has no key in base64 on its second line'
  if (bytes.length > PUBLIC_LENGTH) return 'holds a secret key'
  const isKey = bytes.length === PUBLIC_LENGTH && bytes[0] === 0x45 && bytes[1] === 0x64
  return isKey && rest.length === 0 ? undefined : 'holds something else than one public key'
}
