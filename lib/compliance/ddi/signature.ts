import type { Host } from '../../host/host.ts'
import { orElse } from '../../host/host.ts'
import { runApart, type Tool } from '../image/apart.ts'
import { Unseen } from '../image/source.ts'

/** Of a root hash, as a signature partition has it: whether it is one. Whom to trust is for the host to say that uses the image. */

const OPENSSL: Tool = { name: 'openssl', package: 'openssl' }

/** "$1": PKCS#7 in PEM, "$2": what is signed. Then the fingerprint of the certificate that is in it. */
const LINE = `
printf %s "$2" | openssl smime -verify -binary -noverify -inform PEM -in /dev/fd/4 -content /dev/stdin -out /dev/null 4<<EOF || exit 1
$1
EOF
openssl pkcs7 -print_certs 2>/dev/null <<EOF | openssl x509 -outform DER 2>/dev/null | openssl dgst -sha256 -r 2>/dev/null
$1
EOF
`

/** What systemd has certificates of its own for: repart can leave them out. */
const NO_CERTIFICATE = 'signer certificate not found'

const pem = (base64: string): string =>
  ['-----BEGIN PKCS7-----', ...(base64.match(/.{1,64}/g) ?? []), '-----END PKCS7-----'].join('\n')

export interface Wrong {
  readonly message: string
  /** It was not looked at, which is no fault of the image. */
  readonly isUnseen: boolean
}

/** What is wrong with a signature; `fingerprint` is that which the image says its certificate has. */
export const signatureProblem = (
  host: Host,
  rootHash: string,
  signature: string,
  fingerprint: string | undefined,
): Wrong | undefined =>
  orElse<Wrong | undefined>(
    () => {
      const { status, stdout, stderr } = runApart(host, '/dev/null', OPENSSL, LINE, [pem(signature), rootHash])
      if (stderr.includes(NO_CERTIFICATE)) return undefined
      if (status !== 0) return { message: 'has a signature that is not of its rootHash', isUnseen: false }
      const actual = /^[0-9a-f]{64}/.exec(stdout)?.[0]
      if (actual === undefined || fingerprint === undefined || actual === fingerprint) return undefined
      return { message: 'has another certificateFingerprint than the certificate in its signature', isUnseen: false }
    },
    (error) => {
      if (!(error instanceof Unseen)) throw error
      return { message: `has a signature that is not looked at: ${error.reason}`, isUnseen: true }
    },
  )
