import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from './base64.ts'

/** Packets of OpenPGP, RFC 9580, and what they say of themselves. No signature is verified: who trusts a key does that. */

export interface Packet {
  readonly tag: number
  readonly body: Uint8Array
}

export const SIGNATURE = 2
export const SECRET_KEY = 5
export const PUBLIC_KEY = 6
export const SECRET_SUBKEY = 7
export const USER_ID = 13
export const PUBLIC_SUBKEY = 14
export const USER_ATTRIBUTE = 17

/** Of key packets and their signatures no file needs more. */
const MOST_PACKETS = 10_000

const number = (bytes: Uint8Array, at: number, length: number): number => {
  let value = 0
  for (let index = at; index < at + length; index += 1) value = value * 256 + (bytes[index] ?? Number.NaN)
  return value
}

interface Header {
  readonly tag: number
  readonly start: number
  readonly length: number
}

/** Undefined for what no key has: partial and indeterminate lengths, 4.2.1.4. */
const newHeader = (bytes: Uint8Array, at: number): Header | undefined => {
  const tag = (bytes[at] as number) & 0x3f
  const first = bytes[at + 1] ?? 0xff
  if (first < 192) return { tag, start: at + 2, length: first }
  if (first < 224) return { tag, start: at + 3, length: (first - 192) * 256 + number(bytes, at + 2, 1) + 192 }
  return first === 0xff ? { tag, start: at + 6, length: number(bytes, at + 2, 4) } : undefined
}

const oldHeader = (bytes: Uint8Array, at: number): Header | undefined => {
  const [first, size] = [bytes[at] as number, [1, 2, 4][(bytes[at] as number) & 3]]
  const tag = (first >> 2) & 0xf
  return size === undefined ? undefined : { tag, start: at + 1 + size, length: number(bytes, at + 1, size) }
}

/** Undefined when these are no packets, or cut short. */
export const packetsOf = (bytes: Uint8Array): readonly Packet[] | undefined => {
  const packets: Packet[] = []
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number
    if ((first & 0x80) === 0 || packets.length === MOST_PACKETS) return undefined
    const header = (first & 0x40) === 0 ? oldHeader(bytes, at) : newHeader(bytes, at)
    // NaN, of a header that is cut short, is not in this range either.
    if (header === undefined || !(header.start + header.length <= bytes.length)) return undefined
    packets.push({ tag: header.tag, body: bytes.subarray(header.start, header.start + header.length) })
    at = header.start + header.length
  }
  return packets.length === 0 ? undefined : packets
}

export interface Key {
  /** 4 or 6; whatever else the packet says of itself. */
  readonly version: number
  /** Seconds since 1970. */
  readonly created: number
  readonly algorithm: number
  /** Lower-case hex: 40 digits of version 4, 64 of version 6; undefined of any other. */
  readonly fingerprint: string | undefined
}

const joined = (head: readonly number[], body: Uint8Array): Uint8Array => {
  const all = new Uint8Array(head.length + body.length)
  all.set(head)
  all.set(body, head.length)
  return all
}

/** 5.5.4. */
const fingerprintOf = (body: Uint8Array): string | undefined => {
  const { length } = body
  if (body[0] === 4) return toHex(sha1(joined([0x99, (length >> 8) & 0xff, length & 0xff], body)))
  const size = [length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff]
  return body[0] === 6 ? toHex(sha256(joined([0x9b, ...size], body))) : undefined
}

/** Of a public key packet. */
export const keyOf = ({ body }: Packet): Key | undefined =>
  body.length < 8
    ? undefined
    : {
        version: body[0] as number,
        created: number(body, 1, 4),
        algorithm: body[5] as number,
        fingerprint: fingerprintOf(body),
      }

export interface Signature {
  readonly type: number
  /** Seconds since 1970. */
  readonly created: number
  /** Seconds after the key was made; 0 or undefined: never. */
  readonly expires: number | undefined
  /** 5.2.3.29; undefined where the signature says nothing of it. */
  readonly flags: number | undefined
  /** Key id or fingerprint, in hex; none where it does not say. */
  readonly issuers: readonly string[]
}

interface Subpacket {
  readonly type: number
  readonly body: Uint8Array
}

/** 5.2.3.7. What is cut short ends the list. */
const subpacketsOf = (area: Uint8Array): readonly Subpacket[] => {
  const list: Subpacket[] = []
  for (let at = 0; at < area.length; ) {
    const first = area[at] as number
    const size = first < 192 ? 1 : first < 255 ? 2 : 5
    const length =
      size === 1 ? first : size === 2 ? (first - 192) * 256 + number(area, at + 1, 1) + 192 : number(area, at + 1, 4)
    if (!(length > 0 && at + size + length <= area.length)) return list
    // The highest bit says whether who does not know it may go on.
    const type = (area[at + size] as number) & 0x7f
    list.push({ type, body: area.subarray(at + size + 1, at + size + length) })
    at += size + length
  }
  return list
}

const CREATED = 2
const EXPIRES = 9
const ISSUER = 16
const FLAGS = 27
const ISSUER_FINGERPRINT = 33

/** Undefined for versions other than 4 and 6, and for what is cut short. */
export const signatureOf = ({ body }: Packet): Signature | undefined => {
  if (body[0] !== 4 && body[0] !== 6) return undefined
  const size = body[0] === 4 ? 2 : 4
  const hashedAt = 4 + size
  const unhashedAt = hashedAt + number(body, 4, size) + size
  if (!(unhashedAt <= body.length)) return undefined
  const hashed = subpacketsOf(body.subarray(hashedAt, unhashedAt - size))
  const unhashed = subpacketsOf(body.subarray(unhashedAt, unhashedAt + number(body, unhashedAt - size, size)))
  const find = (type: number): Uint8Array | undefined => hashed.findLast((one) => one.type === type)?.body
  const [created, expires, flags] = [find(CREATED), find(EXPIRES), find(FLAGS)]
  return {
    type: body[1] as number,
    created: created?.length === 4 ? number(created, 0, 4) : 0,
    expires: expires?.length === 4 ? number(expires, 0, 4) : undefined,
    flags: flags === undefined ? undefined : (flags[0] ?? 0),
    issuers: [...hashed, ...unhashed].flatMap((one) => {
      if (one.type === ISSUER) return [toHex(one.body)]
      return one.type === ISSUER_FINGERPRINT ? [toHex(one.body.subarray(1))] : []
    }),
  }
}
