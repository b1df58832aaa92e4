/** How many bytes follow a first byte, and the range of the first of them (RFC 3629, section 4); undefined for no first byte. */
const followers = (first: number): readonly [count: number, low: number, high: number] | undefined => {
  if (first >= 0xc2 && first <= 0xdf) return [1, 0x80, 0xbf]
  if (first >= 0xe0 && first <= 0xef) return [2, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf]
  if (first >= 0xf0 && first <= 0xf4) return [3, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf]
  return undefined
}

/**
 * The text of bytes that may be no UTF-8: what cannot be read becomes U+FFFD, one for as many bytes as could have been
 * the beginning of a character (Unicode, section 3.9, "substitution of maximal subparts"), as everybody else does it.
 */
export const decodeLeniently = (bytes: ArrayLike<number>): string => {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at++] as number
    if (first < 0x80) {
      text += String.fromCharCode(first)
      continue
    }
    let [left, low, high] = followers(first) ?? [-1, 0, 0]
    let point = left < 0 ? 0 : first & (0x3f >> left)
    for (; left > 0 && at < bytes.length; left -= 1, low = 0x80, high = 0xbf) {
      const next = bytes[at] as number
      if (next < low || next > high) break
      point = (point << 6) | (next & 0x3f)
      at += 1
    }
    text += left === 0 ? String.fromCodePoint(point) : '\ufffd'
  }
  return text
}
