/** IPv4 as numbers of 32 bits. */

export interface Ipv4Prefix {
  readonly base: number
  readonly bits: number
}

const QUAD = /^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$/

export const parseAddress = (text: string): number | undefined => {
  const found = QUAD.exec(text)
  if (found === null) return undefined
  const parts = found.slice(1).map(Number)
  return parts.some((part) => part > 255) ? undefined : parts.reduce((sum, part) => sum * 256 + part, 0)
}

export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')

/** `10.0.0.0/8`; undefined when it is none, or has bits set beyond its length. */
export const parsePrefix = (text: string): Ipv4Prefix | undefined => {
  const [address = '', bits = '', rest] = text.split('/')
  const base = parseAddress(address)
  const length = /^(?:[0-9]|[12][0-9]|3[0-2])$/.test(bits) ? Number(bits) : undefined
  if (base === undefined || length === undefined || rest !== undefined) return undefined
  return base % 2 ** (32 - length) === 0 ? { base, bits: length } : undefined
}

/** How many tenants fit: index 0 is not given out, so that the pool's own first addresses stay free. */
export const mostTenants = (pool: Ipv4Prefix, tenantBits: number): number =>
  tenantBits <= pool.bits ? 0 : 2 ** (tenantBits - pool.bits) - 1

/** The n-th prefix of the pool, n from 1 to `mostTenants`. */
export const tenantPrefix = (pool: Ipv4Prefix, tenantBits: number, index: number): Ipv4Prefix => ({
  base: pool.base + index * 2 ** (32 - tenantBits),
  bits: tenantBits,
})

/** The bridge's own address and its length: the first of the tenant's prefix, in a /24 as the seed has it, or less where less is there. */
export const bridgeAddress = ({ base, bits }: Ipv4Prefix): { readonly address: number; readonly bits: number } => ({
  address: base + 1,
  bits: Math.max(24, bits),
})
