import { type Check, guarded } from '../check.ts'
import { nameOf } from '../tree.ts'
import { bytesAsText, type Contents } from './contents.ts'
import { checkOpenpgp } from './openpgp-file.ts'
import { VOA } from './rules.ts'
import { checkSignify } from './signify-file.ts'
import { checkSsh } from './ssh-file.ts'
import { checkX509 } from './x509-file.ts'

/** A certificate that everybody has signed may have some hundred KiB. */
export const LONGEST = 1 << 20

const CHECKS: Readonly<Record<string, (check: Check, path: string, contents: Contents) => void>> = {
  openpgp: checkOpenpgp,
  ssh: checkSsh,
  x509: checkX509,
  minisign: checkSignify,
  signify: checkSignify,
}

/** The regular file `path`, as one of `technology`. */
export const checkVerifier = (check: Check, path: string, technology: string, purpose: string): void => {
  const { tree, report } = check
  const node = tree.node(path)
  if (node === undefined) return
  if (node.size === 0) {
    report(VOA['VOA-27'], path, 'is empty, which masks nothing here', {
      hint: "a mask is a link to '/dev/null'",
    })
    return
  }
  if (!Object.hasOwn(CHECKS, technology)) return
  if (node.size > LONGEST) {
    report(VOA['VOA-12'], path, `is larger than ${LONGEST} bytes, not looking into it`)
    return
  }
  const bytes = guarded(check, VOA['VOA-12'], path, () => tree.bytes(path, 0, LONGEST))
  if (bytes !== undefined) CHECKS[technology]?.(check, path, { bytes, purpose, technology })
}

const technologyOf = (name: string, start: string): string => {
  if (name.endsWith('.pem')) return 'x509'
  if (!name.endsWith('.pub')) return 'openpgp'
  return start.startsWith('untrusted comment:') ? 'signify' : 'ssh'
}

/** `subject` is one verifier alone: nothing is known of where it is going to be. */
export const checkVerifierFile = (check: Check): void => {
  const { tree, subject } = check
  const start = guarded(check, VOA['VOA-12'], subject, () => bytesAsText(tree.bytes(subject, 0, 64)))
  if (start !== undefined) checkVerifier(check, subject, technologyOf(nameOf(subject), start), '')
}

export const isVerifierFile = (subject: string): boolean => /\.(?:openpgp|pub|pem)$/.test(subject)
