import type { ReadAt } from '../../formats/bytes.ts'
import { HostError, type Kind } from '../../host/host.ts'

/** It cannot be looked into, which is no fault of the image. */
export class Unseen extends HostError {}

/** As large as most blocks, and then some. */
const CHUNK = 64 << 10
const MOST_CHUNKS = 256

/** The same with what was read last kept: metadata is read in pieces of some bytes. */
export const buffered = (read: ReadAt): ReadAt => {
  const chunks = new Map<number, Uint8Array>()
  const chunkAt = (index: number): Uint8Array => {
    const known = chunks.get(index)
    if (known !== undefined) return known
    if (chunks.size >= MOST_CHUNKS) chunks.clear()
    const chunk = read(index * CHUNK, CHUNK)
    chunks.set(index, chunk)
    return chunk
  }
  return (offset, length) => {
    if (length > CHUNK) return read(offset, length)
    const first = Math.floor(offset / CHUNK)
    const start = offset - first * CHUNK
    const chunk = chunkAt(first)
    if (start + length <= CHUNK) return chunk.subarray(start, start + length)
    const next = chunkAt(first + 1)
    const bytes = new Uint8Array(length)
    const head = chunk.subarray(start)
    const tail = next.subarray(0, length - (CHUNK - start))
    bytes.set(head)
    if (head.length === CHUNK - start) bytes.set(tail, head.length)
    return bytes.subarray(0, head.length + (head.length === CHUNK - start ? tail.length : 0))
  }
}

/** All of it, or it is damaged. */
export const exactly = (read: ReadAt, offset: number, length: number): Uint8Array => {
  const bytes = read(offset, length)
  if (bytes.length < length) throw new HostError('', 'cannot be read: the image ends before it')
  return bytes
}

/** inode(7), the upper bits of a mode. */
export const kindOf = (mode: number): Kind => {
  const kinds: Readonly<Record<number, Kind>> = {
    8: 'file',
    4: 'directory',
    10: 'link',
    1: 'fifo',
    12: 'socket',
    2: 'device',
    6: 'device',
  }
  const kind = kinds[mode >> 12]
  if (kind === undefined) throw new HostError('', `is damaged: it has mode ${mode.toString(8)}`)
  return kind
}

/** makedev(3) as the kernel packs it into 32 bits. */
export const deviceOf = (packed: number): string =>
  `${(packed >>> 8) & 0xfff}:${(packed & 0xff) | ((packed >>> 12) & 0xfff00)}`

export const asBytes = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** What the number stands for that file systems keep in place of the beginning of a name, xattr(7). */
export const ATTRIBUTE_PREFIXES: Readonly<Record<number, string>> = {
  0: '',
  1: 'user.',
  2: 'system.posix_acl_access',
  3: 'system.posix_acl_default',
  4: 'trusted.',
  6: 'security.',
  7: 'system.',
}
