import { sha256 } from '@noble/hashes/sha2.js'
import { fromBase64, toHex } from './base64.ts'

/** Public keys as sshd(8) has them in authorized_keys, "AUTHORIZED_KEYS FILE FORMAT", and ssh-keygen(1) in `*.pub`. */

/** What the blob of a kind holds behind its name: so many strings of at least so many bytes, RFC 4253, 6.6. */
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'ssh-ed25519': [32],
  'ssh-rsa': [1, 128],
  'ecdsa-sha2-nistp256': [8, 65],
  'ecdsa-sha2-nistp384': [8, 97],
  'ecdsa-sha2-nistp521': [8, 133],
  'sk-ssh-ed25519@openssh.com': [32, 1],
  'sk-ecdsa-sha2-nistp256@openssh.com': [8, 65, 1],
}

export interface SshKey {
  readonly kind: string
  /** SHA-256 of the key, lower-case hex. */
  readonly digest: string
}

/** The strings of a blob; undefined when they do not fill it. */
const stringsOf = (blob: Uint8Array): readonly Uint8Array[] | undefined => {
  const strings: Uint8Array[] = []
  for (let at = 0; at < blob.length; ) {
    const [a = 0, b = 0, c = 0, d = Number.NaN] = blob.subarray(at, at + 4)
    const length = a * 0x1000000 + b * 0x10000 + c * 0x100 + d
    if (!(at + 4 + length <= blob.length) || strings.length > 8) return undefined
    strings.push(blob.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return strings
}

const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 64))

/** `KIND BASE64`; a phrase that says what is wrong with them otherwise. */
const keyOfWords = (kind: string, base64: string): SshKey | string => {
  const shape = SHAPES[kind]
  if (shape === undefined || !Object.hasOwn(SHAPES, kind)) return `'${kind}' is no kind of key that is known`
  const blob = fromBase64(base64)
  if (blob === undefined) return 'the key is not base64'
  const [name, ...strings] = stringsOf(blob) ?? []
  if (name === undefined || strings.length !== shape.length) return `the key is no ${kind}`
  if (ascii(name) !== kind) return `the key says that it is '${ascii(name)}' and not ${kind}`
  const fits = strings.every((one, index) => one.length >= (shape[index] as number))
  return fits ? { kind, digest: toHex(sha256(blob)) } : `the key is no ${kind}, it is too short`
}

/** Where an unquoted space is, or the end. */
const wordEnd = (line: string): number => {
  let isQuoted = false
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at]
    if (char === '\\' && line[at + 1] === '"') at += 1
    else if (char === '"') isQuoted = !isQuoted
    else if (!isQuoted && (char === ' ' || char === '\t')) return at
  }
  return line.length
}

/** A line of a `*.pub` file: `KIND BASE64 COMMENT`. A phrase for what is none. */
export const sshKeyOf = (line: string): SshKey | string => {
  const [kind = '', base64 = ''] = line.trim().split(/[ \t]+/, 2)
  return base64 === '' ? 'expected a kind of key and the key' : keyOfWords(kind, base64)
}

/** The same in authorized_keys, where options may stand before it. */
export const authorizedKeyOf = (line: string): SshKey | string => {
  const text = line.trim()
  const first = text.slice(0, wordEnd(text))
  if (Object.hasOwn(SHAPES, first)) return sshKeyOf(text)
  const rest = text.slice(first.length).trim()
  return rest === '' ? 'expected a kind of key and the key' : sshKeyOf(rest)
}
