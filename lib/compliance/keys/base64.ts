/** RFC 4648. The small engine has no atob(). */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** By character code; -1 for what is none of the alphabet. */
const VALUES = (() => {
  const values = new Int8Array(128).fill(-1)
  for (let at = 0; at < ALPHABET.length; at += 1) values[ALPHABET.charCodeAt(at)] = at
  return values
})()

const SHAPE = /^[A-Za-z0-9+/]*={0,2}$/

/** Undefined for what is none: another character, a wrong length, or bits that no byte has. Without spaces and newlines. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  if (text.length % 4 !== 0 || !SHAPE.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let [bits, held, length] = [0, 0, 0]
  for (let at = 0, end = text.length - padding; at < end; at += 1) {
    bits = ((bits << 6) | (VALUES[text.charCodeAt(at)] as number)) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[length] = (bits >> held) & 0xff
    length += 1
  }
  return (bits & ((1 << held) - 1)) === 0 ? bytes : undefined
}

export const toBase64 = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first, second, third] = [bytes[at] as number, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0]
    const group = (first << 16) | (second << 8) | third
    for (let shift = 18; shift >= 0; shift -= 6) text += ALPHABET[(group >> shift) & 63]
  }
  const missing = (3 - (bytes.length % 3)) % 3
  return missing === 0 ? text : `${text.slice(0, -missing)}${'='.repeat(missing)}`
}

/** `0a1b…`, lower case. */
export const toHex = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
