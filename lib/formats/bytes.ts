/** Reading of binary formats: bytes at places, little-endian numbers, text of fixed length. */

/** `length` bytes from `offset`, fewer at the end of what there is. */
export type ReadAt = (offset: number, length: number) => Uint8Array

/** 0 beyond the end: who needs to know compares lengths first. */
const at = (bytes: Uint8Array, offset: number): number => bytes[offset] ?? 0

export const u16 = (bytes: Uint8Array, offset: number): number => at(bytes, offset) | (at(bytes, offset + 1) << 8)

export const u32 = (bytes: Uint8Array, offset: number): number =>
  (u16(bytes, offset) | (u16(bytes, offset + 2) << 16)) >>> 0

/** As a number: above 2^53 not exact, but never smaller than what was. */
export const u64 = (bytes: Uint8Array, offset: number): number => u32(bytes, offset) + u32(bytes, offset + 4) * 2 ** 32

/** Up to the first NUL, one character for each byte. */
export const latin1 = (bytes: Uint8Array, offset: number, length: number): string => {
  let text = ''
  for (let index = offset; index < offset + length; index += 1) {
    const byte = at(bytes, index)
    if (byte === 0) break
    text += String.fromCharCode(byte)
  }
  return text
}

const HEX = '0123456789abcdef'

export const hex = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += `${HEX[byte >> 4]}${HEX[byte & 15]}`
  return text
}

export const hasMagic = (bytes: Uint8Array, offset: number, magic: string): boolean => {
  for (let index = 0; index < magic.length; index += 1)
    if (bytes[offset + index] !== magic.charCodeAt(index)) return false
  return true
}
