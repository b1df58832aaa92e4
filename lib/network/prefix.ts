/** Addresses and prefixes of either family, for what may be both: peers of a tunnel, another pool. */

import { formatAddress, parseAddress } from './address.ts'
import { formatAddress6, parseAddress6 } from './address6.ts'

export interface Prefix {
  readonly family: 4 | 6
  readonly base: bigint
  readonly bits: number
}

const WIDTH = { 4: 32, 6: 128 } as const

/** A single address, as the longest prefix there is. */
export const parseHost = (text: string): Prefix | undefined => {
  const four = parseAddress(text)
  if (four !== undefined) return { family: 4, base: BigInt(four), bits: 32 }
  const six = parseAddress6(text)
  return six === undefined ? undefined : { family: 6, base: six, bits: 128 }
}

/** `10.7.0.0/16`, `fd00::/48` or a single address; undefined when it is none, or has bits set beyond its length. */
export const parseAnyPrefix = (text: string): Prefix | undefined => {
  const [address = '', bits, rest] = text.split('/')
  const host = parseHost(address)
  if (host === undefined || rest !== undefined) return undefined
  if (bits === undefined) return host
  const length = /^(?:0|[1-9][0-9]{0,2})$/.test(bits) ? Number(bits) : Number.POSITIVE_INFINITY
  const width = WIDTH[host.family]
  if (length > width || host.base % (1n << BigInt(width - length)) !== 0n) return undefined
  return { ...host, bits: length }
}

export const formatHost = ({ family, base }: Prefix): string =>
  family === 4 ? formatAddress(Number(base)) : formatAddress6(base)

export const formatPrefix = (prefix: Prefix): string => `${formatHost(prefix)}/${prefix.bits}`

/** Whether they have an address in common: then one of them lies in the other. */
export const overlaps = (a: Prefix, b: Prefix): boolean => {
  if (a.family !== b.family) return false
  const shift = BigInt(WIDTH[a.family] - Math.min(a.bits, b.bits))
  return a.base >> shift === b.base >> shift
}

export const isWithin = (inner: Prefix, outer: Prefix): boolean => inner.bits >= outer.bits && overlaps(inner, outer)

/** RFC 1112, RFC 4291 section 2.7. */
export const isMulticast = ({ family, base }: Prefix): boolean =>
  family === 4 ? base >> 28n === 14n : base >> 120n === 0xffn
