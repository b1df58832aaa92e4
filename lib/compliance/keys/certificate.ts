import {
  type Key,
  keyOf,
  type Packet,
  PUBLIC_KEY,
  PUBLIC_SUBKEY,
  SECRET_KEY,
  SECRET_SUBKEY,
  SIGNATURE,
  type Signature,
  signatureOf,
  USER_ATTRIBUTE,
  USER_ID,
} from './openpgp.ts'

/** Transferable public keys, RFC 9580, 10.1. */

/** A key, primary or not, with what its owner signed of it. */
interface Component {
  readonly key: Key
  readonly signatures: readonly Signature[]
}

export interface Certificate {
  readonly primary: Component
  readonly subkeys: readonly Component[]
}

export interface Certificates {
  readonly list: readonly Certificate[]
  readonly hasSecret: boolean
  /** A packet that no certificate has, or a key that cannot be read. */
  readonly foreign: string | undefined
}

/** Marker, trust and padding: to be ignored, 5.8, 5.10, 5.14. */
const IGNORED = [10, 12, 21]

/** Whether whoever owns `primary` made it: others certify as well. */
const isOwn = (primary: Key, { issuers }: Signature): boolean => {
  const { fingerprint, version } = primary
  if (fingerprint === undefined || issuers.length === 0) return true
  const id = version === 6 ? fingerprint.slice(0, 16) : fingerprint.slice(-16)
  return issuers.some((issuer) => issuer === fingerprint || issuer === id)
}

interface Open {
  readonly key: Key
  readonly signatures: Signature[]
}

interface State {
  readonly list: { readonly primary: Open; readonly subkeys: Open[] }[]
  hasSecret: boolean
  foreign: string | undefined
}

const addKey = (state: State, packet: Packet): void => {
  const key = keyOf(packet)
  const current = state.list.at(-1)
  if (key === undefined) state.foreign ??= 'a key that is cut short'
  else if (packet.tag === PUBLIC_KEY) state.list.push({ primary: { key, signatures: [] }, subkeys: [] })
  else if (current === undefined) state.foreign ??= 'a subkey without its primary key'
  else current.subkeys.push({ key, signatures: [] })
}

const addSignature = ({ list }: State, packet: Packet): void => {
  const current = list.at(-1)
  const signature = signatureOf(packet)
  if (current === undefined || signature === undefined || !isOwn(current.primary.key, signature)) return
  const to = current.subkeys.at(-1) ?? current.primary
  to.signatures.push(signature)
}

export const certificatesOf = (packets: readonly Packet[]): Certificates => {
  const state: State = { list: [], hasSecret: false, foreign: undefined }
  for (const packet of packets) {
    const { tag } = packet
    if (tag === SECRET_KEY || tag === SECRET_SUBKEY) state.hasSecret = true
    else if (tag === PUBLIC_KEY || tag === PUBLIC_SUBKEY) addKey(state, packet)
    else if (tag === SIGNATURE) addSignature(state, packet)
    else if (tag !== USER_ID && tag !== USER_ATTRIBUTE && !IGNORED.includes(tag))
      state.foreign ??= `a packet of type ${tag}`
  }
  return state
}

const KEY_REVOCATION = 0x20
const SUBKEY_REVOCATION = 0x28
/** Direct key, and the certifications of user ids. */
const OF_PRIMARY = [0x1f, 0x10, 0x11, 0x12, 0x13]
const OF_SUBKEY = [0x18]

/** 5.2.3.29. */
export const MAY_CERTIFY = 0x01
export const MAY_SIGN = 0x02

/** RSA, RSA for signatures, DSA, ECDSA, EdDSA, Ed25519, Ed448: 9.1. */
const SIGNING_ALGORITHMS = [1, 3, 17, 19, 22, 27, 28]

/** What its newest signature says. */
const newest = ({ signatures }: Component, types: readonly number[]): Signature | undefined =>
  signatures
    .filter(({ type }) => types.includes(type))
    .reduce<Signature | undefined>(
      (best, one) => (best === undefined || one.created >= best.created ? one : best),
      undefined,
    )

const isExpired = ({ key }: Component, said: Signature | undefined, now: number | undefined): boolean =>
  now !== undefined && said?.expires !== undefined && said.expires > 0 && key.created + said.expires <= now

const may = ({ key }: Component, said: Signature | undefined, flag: number): boolean =>
  SIGNING_ALGORITHMS.includes(key.algorithm) && (said?.flags === undefined || (said.flags & flag) !== 0)

export const hasExpiry = ({ primary, subkeys }: Certificate): boolean =>
  [primary, ...subkeys].some(({ signatures }) => signatures.some(({ expires }) => (expires ?? 0) > 0))

/**
 * Why nobody should rely on it, undefined where nothing speaks against it. `flag`: what it has to be good for. `now`: seconds
 * since 1970; undefined: unknown, and nothing has expired.
 */
export const unfitness = (
  { primary, subkeys }: Certificate,
  flag: number,
  now: number | undefined,
): string | undefined => {
  if (primary.signatures.some(({ type }) => type === KEY_REVOCATION)) return 'is revoked'
  const said = newest(primary, OF_PRIMARY)
  if (isExpired(primary, said, now)) return 'has expired'
  if (may(primary, said, flag)) return undefined
  // Only a primary key certifies.
  const fit = flag === MAY_CERTIFY ? [] : subkeys.filter((subkey) => isFit(subkey, flag, now))
  if (fit.length > 0) return undefined
  return flag === MAY_SIGN ? 'has no key that may sign and has not expired' : 'has no key that may certify others'
}

const isFit = (subkey: Component, flag: number, now: number | undefined): boolean => {
  const said = newest(subkey, OF_SUBKEY)
  const isRevoked = subkey.signatures.some(({ type }) => type === SUBKEY_REVOCATION)
  return !isRevoked && said !== undefined && !isExpired(subkey, said, now) && may(subkey, said, flag)
}
