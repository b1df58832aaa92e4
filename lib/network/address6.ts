/** IPv6 as numbers of 128 bits. */

import { parseAddress } from './address.ts'

const GROUP = /^[0-9a-f]{1,4}$/i

/** The groups of one half of an address, the last of which may be written as IPv4. */
const groupsOf = (text: string): readonly number[] | undefined => {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const quad = index === parts.length - 1 && part.includes('.') ? parseAddress(part) : undefined
    if (quad !== undefined) groups.push(Math.floor(quad / 65536), quad % 65536)
    else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

/** RFC 4291, section 2.2, without a zone. */
export const parseAddress6 = (text: string): bigint | undefined => {
  const [left = '', right, more] = text.split('::')
  const head = groupsOf(left)
  const tail = right === undefined ? [] : groupsOf(right)
  if (head === undefined || tail === undefined || more !== undefined) return undefined
  if (right !== undefined && left.includes('.')) return undefined
  const missing = 8 - head.length - tail.length
  if (right === undefined ? missing !== 0 : missing < 1) return undefined
  return [...head, ...new Array<number>(missing).fill(0), ...tail].reduce(
    (sum, group) => sum * 65536n + BigInt(group),
    0n,
  )
}

/** RFC 5952: lower case, the longest run of zeros left out, the first of two that are as long. */
export const formatAddress6 = (address: bigint): string => {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => (address >> shift) & 0xffffn)
  let best = { from: 0, length: 1 }
  for (let from = 0; from < 8; from += 1) {
    let length = 0
    while (groups[from + length] === 0n) length += 1
    if (length > best.length) best = { from, length }
  }
  const show = (some: readonly bigint[]): string => some.map((group) => group.toString(16)).join(':')
  if (best.length < 2) return show(groups)
  return `${show(groups.slice(0, best.from))}::${show(groups.slice(best.from + best.length))}`
}
