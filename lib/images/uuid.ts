import { sha256 } from '@noble/hashes/sha2.js'
import { utf8 } from '../systemd/escape.ts'

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A UUID that is always the same for the same words, RFC 9562 version 8. */
export const uuidOf = (...words: readonly string[]): string => {
  const bytes = sha256(Uint8Array.from(utf8(words.join('\0')))).slice(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
