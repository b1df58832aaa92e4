import type { Check } from '../check.ts'
import { type Block, readBlocks } from '../keys/armor.ts'
import { isPublicKey, type X509Certificate, x509Of } from '../keys/x509.ts'
import { nameOf } from '../tree.ts'
import { bytesAsText, type Contents } from './contents.ts'
import { isAnchor } from './load-path.ts'
import { VOA } from './rules.ts'
import { isVerifierName } from './verifier-names.ts'

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
const ANYTHING = '2.5.29.37.0'

const checkPurpose = ({ report }: Check, path: string, { line }: Block, purpose: string, of: X509Certificate): void => {
  const severity = 'warning'
  if (isAnchor(purpose) && !of.isAuthority)
    report(VOA['VOA-19'], path, 'is a trust anchor and no authority (CA:TRUE)', { line, column: 1, severity })
  if (
    !isAnchor(purpose) &&
    of.usages !== undefined &&
    !of.usages.some((one) => one === CODE_SIGNING || one === ANYTHING)
  )
    report(VOA['VOA-19'], path, 'is not for signing code by its extended key usage', { line, column: 1, severity })
}

const checkBlock = (check: Check, path: string, block: Block, expected: string, purpose: string): void => {
  const { label, line, bytes } = block
  const refuse = (message: string): void => check.report(VOA['VOA-19'], path, message, { line, column: 1 })
  if (label.endsWith('PRIVATE KEY')) {
    refuse('holds a private key')
    return
  }
  if (label !== expected) {
    refuse(`holds a '${label}', expected a '${expected}'`)
    return
  }
  if (label === 'PUBLIC KEY') {
    if (!isPublicKey(bytes)) refuse('the public key cannot be read')
    return
  }
  const certificate = x509Of(bytes)
  if (certificate === undefined) refuse('the certificate cannot be read')
  else checkPurpose(check, path, block, purpose, certificate)
}

/** VOA-19. */
export const checkX509 = (check: Check, path: string, { bytes, purpose }: Contents): void => {
  const { report } = check
  const name = nameOf(path)
  if (!isVerifierName('x509', name))
    report(VOA['VOA-19'], path, `is called '${name}', expected '*-certificate.pem' or '*-public-key.pem'`)
  const blocks = readBlocks(bytesAsText(bytes))
  if ('error' in blocks) {
    report(VOA['VOA-19'], path, blocks.error, { line: blocks.line, column: 1 })
    return
  }
  const [first] = blocks
  if (first === undefined) {
    report(VOA['VOA-19'], path, 'is not in PEM', { hint: 'openssl x509 -inform DER -in FILE' })
    return
  }
  const expected = name.endsWith('-public-key.pem') ? 'PUBLIC KEY' : 'CERTIFICATE'
  for (const block of blocks) checkBlock(check, path, block, expected, purpose)
}
