import type { Check } from '../check.ts'
import { type Block, readBlocks, toArmor } from '../keys/armor.ts'
import {
  type Certificate,
  type Certificates,
  certificatesOf,
  hasExpiry,
  MAY_CERTIFY,
  MAY_SIGN,
  unfitness,
} from '../keys/certificate.ts'
import { packetsOf } from '../keys/openpgp.ts'
import { below, nameOf, parentOf } from '../tree.ts'
import { bytesAsText, type Contents, secondsNow } from './contents.ts'
import { isAnchor } from './load-path.ts'
import { VOA } from './rules.ts'
import { isVerifierName } from './verifier-names.ts'

const PUBLIC = 'PGP PUBLIC KEY BLOCK'
const SECRET = 'PGP PRIVATE KEY BLOCK'
const HINT = 'gpg --armor --export FINGERPRINT'

const checkBinary = ({ report }: Check, path: string, bytes: Uint8Array): Certificates | undefined => {
  const packets = packetsOf(bytes)
  if (packets === undefined) {
    report(VOA['VOA-14'], path, `is no OpenPGP certificate in ASCII armor`, { hint: HINT })
    return undefined
  }
  const found = certificatesOf(packets)
  const text = toArmor(PUBLIC, bytes)
  report(VOA['VOA-14'], path, 'is a binary certificate, expected ASCII armor', {
    hint: HINT,
    fixes: found.hasSecret ? [] : [{ do: 'write', path, text, mode: 0o644 }],
  })
  return found
}

const merged = (all: readonly Certificates[]): Certificates => ({
  list: all.flatMap(({ list }) => list),
  hasSecret: all.some(({ hasSecret }) => hasSecret),
  foreign: all.find(({ foreign }) => foreign !== undefined)?.foreign,
})

const checkBlocks = ({ report }: Check, path: string, blocks: readonly Block[]): Certificates | undefined => {
  const wrong = blocks.find(({ label }) => label !== PUBLIC && label !== SECRET)
  if (wrong !== undefined) {
    report(VOA['VOA-14'], path, `holds a '${wrong.label}', expected a '${PUBLIC}'`, {
      line: wrong.line,
      column: 1,
      hint: HINT,
    })
    return undefined
  }
  const all: Certificates[] = []
  for (const { label, line, bytes } of blocks) {
    const packets = packetsOf(bytes)
    if (packets === undefined) {
      report(VOA['VOA-14'], path, 'what is in the armor is no OpenPGP, or cut short', { line, column: 1 })
      return undefined
    }
    const found = certificatesOf(packets)
    all.push({ ...found, hasSecret: found.hasSecret || label === SECRET })
  }
  return merged(all)
}

const read = (check: Check, path: string, bytes: Uint8Array): Certificates | undefined => {
  const text = bytesAsText(bytes)
  const blocks = readBlocks(text)
  if ('error' in blocks) {
    check.report(VOA['VOA-14'], path, blocks.error, { line: blocks.line, column: 1 })
    return undefined
  }
  return blocks.length === 0 ? checkBinary(check, path, bytes) : checkBlocks(check, path, blocks)
}

/** `name` is one of a link to `path`, where it is reached by one. */
const checkFingerprint = ({ report }: Check, path: string, { primary }: Certificate): void => {
  const name = nameOf(path)
  const { fingerprint, version } = primary.key
  if (fingerprint === undefined) {
    report(VOA['VOA-15'], path, `has a primary key of version ${version}, expected 4 or 6`)
    return
  }
  const right = `${fingerprint}.openpgp`
  if (name === right) return
  const isSpelling = name.toLowerCase().replace(/\.[a-z0-9]+$/, '') === fingerprint
  if (isVerifierName('openpgp', name))
    report(VOA['VOA-15'], path, `has the fingerprint ${fingerprint}, which is not its name`, {
      hint: `if this is the right certificate, call it '${right}'`,
    })
  else
    report(VOA['VOA-13'], path, `is called '${name}', expected '${right}'`, {
      fixes: isSpelling ? [{ do: 'rename', path, to: below(parentOf(path), right) }] : [],
    })
}

const checkFitness = ({ host, report }: Check, path: string, purpose: string, certificate: Certificate): void => {
  const flag = isAnchor(purpose) ? MAY_CERTIFY : MAY_SIGN
  const problem = unfitness(certificate, flag, hasExpiry(certificate) ? secondsNow(host) : undefined)
  if (problem !== undefined) report(VOA['VOA-17'], path, `the certificate ${problem}`)
}

/** VOA-13 to VOA-17. */
export const checkOpenpgp = (check: Check, path: string, { bytes, purpose }: Contents): void => {
  const { report } = check
  const found = read(check, path, bytes)
  const isNamed = isVerifierName('openpgp', nameOf(path))
  const [certificate, second] = found?.list ?? []
  if (!isNamed && (certificate === undefined || second !== undefined))
    report(VOA['VOA-13'], path, `is called '${nameOf(path)}', expected 'FINGERPRINT.openpgp' in lower case`)
  if (found === undefined) return
  if (found.hasSecret) report(VOA['VOA-16'], path, 'holds a secret key', { hint: `take it away, and keep it: ${HINT}` })
  else if (found.foreign !== undefined)
    report(VOA['VOA-15'], path, `holds ${found.foreign}, expected a certificate alone`)
  else if (certificate === undefined) report(VOA['VOA-15'], path, 'holds no certificate')
  else if (second !== undefined)
    report(VOA['VOA-15'], path, `holds ${found.list.length} certificates, expected one`, { hint: 'one file for each' })
  else {
    checkFingerprint(check, path, certificate)
    checkFitness(check, path, purpose, certificate)
  }
}
