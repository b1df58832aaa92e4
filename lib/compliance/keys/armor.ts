import { fromBase64, toBase64 } from './base64.ts'

/** Blocks between `-----BEGIN …-----` and `-----END …-----`: PEM, RFC 7468, and the armor of OpenPGP, RFC 9580, 6.2. */

export interface Block {
  /** `CERTIFICATE`, `PGP PUBLIC KEY BLOCK`. */
  readonly label: string
  /** Of its first line, from 1. */
  readonly line: number
  readonly bytes: Uint8Array
}

/** What makes a text unreadable, and its line from 1. */
export interface Unreadable {
  readonly error: string
  readonly line: number
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,60})-----[ \t\r]*$/
const END = /^-----END ([A-Z0-9 ]{1,60})-----[ \t\r]*$/
const CHECKSUM = /^=([A-Za-z0-9+/]{4})$/
/** `Version: GnuPG`. */
const HEADER = /^[A-Za-z0-9-]{1,40}: /

/** RFC 9580, 6.1.1. */
export const crc24 = (bytes: Uint8Array): number => {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x800000 ? ((crc << 1) ^ 0x1864cfb) & 0xffffff : crc << 1
  }
  return crc
}

const checksumOf = (bytes: Uint8Array): string => {
  const crc = crc24(bytes)
  return toBase64(Uint8Array.of(crc >> 16, (crc >> 8) & 0xff, crc & 0xff))
}

/** The same bytes in armor, as `gpg --armor` has them. */
export const toArmor = (label: string, bytes: Uint8Array): string => {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, '', ...lines, `=${checksumOf(bytes)}`, `-----END ${label}-----`, ''].join('\n')
}

/** Headers and the empty line behind them: only armor has any. */
const bodyOf = (lines: readonly string[]): { readonly text: string; readonly checksum: string | undefined } => {
  const start = lines.findIndex((line) => !HEADER.test(line))
  const body = lines.slice(Math.max(start, 0)).map((line) => line.trim())
  const last = CHECKSUM.exec(body.at(-1) ?? '')
  return { text: (last === null ? body : body.slice(0, -1)).join(''), checksum: last?.[1] }
}

const blockOf = (label: string, line: number, lines: readonly string[]): Block | Unreadable => {
  const { text, checksum } = bodyOf(lines)
  const bytes = fromBase64(text)
  if (bytes === undefined) return { error: `what is between BEGIN and END ${label} is not base64`, line }
  if (checksum !== undefined && checksum !== checksumOf(bytes))
    return { error: 'the checksum (CRC24) does not match', line }
  return { label, line, bytes }
}

/** The next line from `from` on at which a block begins or ends; the number of lines where there is none. */
const borderFrom = (lines: readonly string[], from: number): number => {
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] as string
    if (line.startsWith('-----') && (END.test(line) || BEGIN.test(line))) return at
  }
  return lines.length
}

/** All blocks of a text; what stands around them is ignored, as by the tools that read them. */
export const readBlocks = (text: string): readonly Block[] | Unreadable => {
  const blocks: Block[] = []
  const lines = text.split('\n')
  for (let at = borderFrom(lines, 0); at < lines.length; at = borderFrom(lines, at + 1)) {
    const label = BEGIN.exec(lines[at] as string)?.[1]
    if (label === undefined) continue
    const end = borderFrom(lines, at + 1)
    if (END.exec(lines[end] ?? '')?.[1] !== label) return { error: `BEGIN ${label} has no END ${label}`, line: at + 1 }
    const block = blockOf(label, at + 1, lines.slice(at + 1, end))
    if ('error' in block) return block
    blocks.push(block)
    at = end
  }
  return blocks
}
