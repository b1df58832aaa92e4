/** EROFS, https://erofs.docs.kernel.org/en/latest/core_ondisk.html: all but what is compressed. */

import { type ReadAt, u16, u32, u64 } from '../../formats/bytes.ts'
import { HostError } from '../../host/host.ts'
import type { Node } from '../tree.ts'
import { type FileSystem, LARGEST_DIRECTORY } from './inode-tree.ts'
import { ATTRIBUTE_PREFIXES, asBytes, buffered, deviceOf, exactly, kindOf, Unseen } from './source.ts'

const SUPERBLOCK = 1024
const NID_SIZE = 32

/** Where each inode's data are: `layout` of i_format. */
const PLAIN = 0
const INLINE = 2
const CHUNKS = 4

/** Metadata that are compressed, and 48 bits for blocks. */
const UNREADABLE = 0x80

interface Inode {
  readonly node: Node
  readonly layout: number
  /** Number of a block, of a device, or what chunks look like. */
  readonly union: number
  /** Where the inode is, in bytes, and where the attributes behind it end. */
  readonly start: number
  readonly attributes: number
  readonly end: number
}

const inodeAt = (read: ReadAt, start: number): Inode => {
  const bytes = exactly(read, start, NID_SIZE * 2)
  const format = u16(bytes, 0)
  const isLarge = (format & 1) !== 0
  const mode = u16(bytes, 4)
  const kind = kindOf(mode)
  const union = u32(bytes, 16)
  const [head, count] = [isLarge ? 64 : 32, u16(bytes, 2)]
  return {
    node: {
      kind,
      mode: mode & 0o7777,
      uid: isLarge ? u32(bytes, 24) : u16(bytes, 24),
      gid: isLarge ? u32(bytes, 28) : u16(bytes, 26),
      size: isLarge ? u64(bytes, 8) : u32(bytes, 8),
      links: isLarge ? u32(bytes, 44) : u16(bytes, 6),
      device: kind === 'device' ? deviceOf(union) : '',
    },
    layout: (format >> 1) & 7,
    union,
    start,
    attributes: start + head,
    end: start + head + (count === 0 ? 0 : 12 + 4 * (count - 1)),
  }
}

/** One attribute: name and value, each where its length says, and where the next one begins. */
const attributeAt = (read: ReadAt, at: number): readonly [name: string, value: string, next: number] => {
  const head = exactly(read, at, 4)
  const [nameLength, index, valueLength] = [head[0] as number, head[1] as number, u16(head, 2)]
  const rest = exactly(read, at + 4, nameLength + valueLength)
  const name = `${ATTRIBUTE_PREFIXES[index] ?? '?.'}${asBytes(rest.subarray(0, nameLength))}`
  return [name, asBytes(rest.subarray(nameLength)), at + Math.ceil((4 + nameLength + valueLength) / 4) * 4]
}

const namesIn = (block: Uint8Array) => {
  const count = Math.floor(u16(block, 8) / 12)
  return Array.from({ length: count }, (_, index) => {
    const start = u16(block, index * 12 + 8)
    const end = index + 1 < count ? u16(block, (index + 1) * 12 + 8) : block.length
    if (start < count * 12 || end < start || end > block.length) throw new HostError('', 'is a damaged directory')
    const name = block.subarray(start, end)
    const nul = name.indexOf(0)
    return { name: nul < 0 ? name : name.subarray(0, nul), inode: u64(block, index * 12) }
  })
}

const isDots = ({ name }: { readonly name: Uint8Array }): boolean =>
  name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e))

/** `cat`: what reads a compressed file, by its path. */
export const erofs = (image: ReadAt, cat: (path: string, offset: number, length: number) => Uint8Array): FileSystem => {
  const read = buffered(image)
  const head = exactly(read, SUPERBLOCK, 128)
  if ((u32(head, 80) & UNREADABLE) !== 0)
    throw new Unseen('', 'is an erofs of a newer kind, its contents are not looked at')
  const bits = head[12] as number
  if (bits < 9 || bits > 16) throw new HostError('', 'is a damaged erofs')
  const block = 1 << bits
  const [metadata, shared] = [u32(head, 40) * block, u32(head, 44) * block]

  const inode = (nid: number): Inode => inodeAt(read, metadata + nid * NID_SIZE)

  const chunkStart = ({ union, end }: Inode, offset: number): number | undefined => {
    const size = block * 2 ** (union & 0x1f)
    const hasIndexes = (union & 0x20) !== 0
    const entry = hasIndexes ? 8 : 4
    const at = (Math.ceil(end / entry) + Math.floor(offset / size)) * entry
    const number = u32(exactly(read, at, entry), hasIndexes ? 4 : 0)
    return number === 0xffffffff ? undefined : number * block + (offset % size)
  }

  /** Where a byte of the data is, and how many follow it there; no place: they are zeroes. */
  const placeOf = (one: Inode, offset: number): readonly [at: number | undefined, length: number] => {
    const { size } = one.node
    if (one.layout === CHUNKS) {
      const chunk = block * 2 ** (one.union & 0x1f)
      return [chunkStart(one, offset), Math.min(chunk - (offset % chunk), size - offset)]
    }
    const inBlocks = one.layout === INLINE ? size - (size % block) : size
    return offset < inBlocks
      ? [one.union * block + offset, inBlocks - offset]
      : [one.end + offset - inBlocks, size - offset]
  }

  const readData = (nid: number, offset: number, length: number, path: string): Uint8Array => {
    const one = inode(nid)
    if (one.layout !== PLAIN && one.layout !== INLINE && one.layout !== CHUNKS) return cat(path, offset, length)
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length; ) {
      const [at, there] = placeOf(one, offset + done)
      const count = Math.min(there, length - done)
      if (at !== undefined) bytes.set(exactly(read, at, count), done)
      done += count
    }
    return bytes
  }

  const list = (nid: number) => {
    const { size } = inode(nid).node
    if (size > LARGEST_DIRECTORY) throw new HostError('', 'is too large a directory')
    const found: { readonly name: Uint8Array; readonly inode: number }[] = []
    for (let offset = 0; offset < size; offset += block)
      found.push(...namesIn(readData(nid, offset, Math.min(block, size - offset), '')).filter((one) => !isDots(one)))
    return found
  }

  const attributes = (nid: number): ReadonlyMap<string, string> => {
    const { attributes: start, end } = inode(nid)
    const found = new Map<string, string>()
    if (end === start) return found
    const count = exactly(read, start, 12)[4] as number
    for (let index = 0; index < count; index += 1) {
      const [name, value] = attributeAt(read, shared + u32(exactly(read, start + 12 + index * 4, 4), 0) * 4)
      found.set(name, value)
    }
    for (let at = start + 12 + count * 4; at + 4 <= end; ) {
      const [name, value, next] = attributeAt(read, at)
      found.set(name, value)
      at = next
    }
    return found
  }

  return { root: u16(head, 14), stat: (nid) => inode(nid).node, list, read: readData, attributes }
}
