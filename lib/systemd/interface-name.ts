/** How systemd names the host's side of a machine's network: systemd-nspawn(1), systemd-vmspawn(1), and its source, netif-util.c. */

import { utf8 } from './escape.ts'

/** IFNAMSIZ less its NUL, netdevice(7). */
const LONGEST = 15

const MASK = (1n << 64n) - 1n

const rotate = (value: bigint, by: bigint): bigint => ((value << by) | (value >> (64n - by))) & MASK

type State = [bigint, bigint, bigint, bigint]

const round = (state: State): void => {
  let [a, b, c, d] = state
  a = (a + b) & MASK
  b = rotate(b, 13n) ^ a
  a = rotate(a, 32n)
  c = (c + d) & MASK
  d = rotate(d, 16n) ^ c
  a = (a + d) & MASK
  d = rotate(d, 21n) ^ a
  c = (c + b) & MASK
  b = rotate(b, 17n) ^ c
  c = rotate(c, 32n)
  state[0] = a
  state[1] = b
  state[2] = c
  state[3] = d
}

/** Little endian. */
const word = (bytes: readonly number[], from: number): bigint => {
  let value = 0n
  for (let at = 7; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[from + at] ?? 0)
  return value
}

/** SipHash-2-4 with a key of 16 bytes, as its authors define it. */
export const siphash24 = (bytes: readonly number[], key: readonly number[]): bigint => {
  const k0 = word(key, 0)
  const k1 = word(key, 8)
  const state: State = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ]
  const whole = bytes.length - (bytes.length % 8)
  const absorb = (block: bigint): void => {
    state[3] ^= block
    round(state)
    round(state)
    state[0] ^= block
  }
  for (let from = 0; from < whole; from += 8) absorb(word(bytes, from))
  absorb(word(bytes, whole) | (BigInt(bytes.length & 255) << 56n))
  state[2] ^= 0xffn
  for (let times = 0; times < 4; times += 1) round(state)
  return state[0] ^ state[1] ^ state[2] ^ state[3]
}

/** SHORTEN_IFNAME_HASH_KEY of netif-util.c. */
const KEY = [0xe1, 0x90, 0xa4, 0x04, 0xa8, 0xef, 0x4b, 0x51, 0x8c, 0xcc, 0xc3, 0x3a, 0x9f, 0x11, 0xfc, 0xa2]

const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The name as it is, or its first 11 characters and 24 bits of its hash: `vt-infra-te9Dw7`. */
export const shortenInterfaceName = (name: string): string => {
  if (name.length <= LONGEST) return name
  const hash = siphash24(utf8(name), KEY)
  const letters = [18n, 12n, 6n, 0n].map((shift) => BASE64_URL[Number((hash >> shift) & 63n)])
  return name.slice(0, LONGEST - 4) + letters.join('')
}
