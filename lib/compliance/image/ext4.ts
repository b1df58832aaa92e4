/** ext4, https://docs.kernel.org/filesystems/ext4/: as mkfs.ext4 makes it, with extents. */

import { type ReadAt, u16, u32 } from '../../formats/bytes.ts'
import { HostError } from '../../host/host.ts'
import type { Node } from '../tree.ts'
import { type FileSystem, LARGEST_DIRECTORY } from './inode-tree.ts'
import { ATTRIBUTE_PREFIXES, asBytes, buffered, deviceOf, exactly, kindOf, Unseen } from './source.ts'

const SUPERBLOCK = 1024
const ROOT = 2

const HAS_EXTENTS = 0x80000
const IS_ENCRYPTED = 0x800
const HAS_INLINE_DATA = 0x10000000

/** Of the superblock: descriptors of 64 bits, spread over the groups. */
const WIDE = 0x80
const META_GROUPS = 0x10

const EXTENT_MAGIC = 0xf30a
const ATTRIBUTE_MAGIC = 0xea020000

/** Deeper trees of extents there are not. */
const DEEPEST_EXTENTS = 5

/** And of one file not more: a damaged one has the same again and again. */
const MOST_EXTENTS = 100_000

interface Inode {
  readonly node: Node
  readonly bytes: Uint8Array
  readonly flags: number
}

interface Extent {
  readonly first: number
  readonly count: number
  /** In blocks; undefined for what was never written. */
  readonly start: number | undefined
}

const nodeIn = (bytes: Uint8Array): Node => {
  const mode = u16(bytes, 0)
  const kind = kindOf(mode)
  const [old, packed] = [u32(bytes, 40), u32(bytes, 44)]
  return {
    kind,
    mode: mode & 0o7777,
    uid: u16(bytes, 2) + u16(bytes, 120) * 0x10000,
    gid: u16(bytes, 24) + u16(bytes, 122) * 0x10000,
    size: u32(bytes, 4) + (kind === 'file' || kind === 'directory' ? u32(bytes, 108) * 2 ** 32 : 0),
    links: u16(bytes, 26),
    device: kind !== 'device' ? '' : old !== 0 ? `${(old >>> 8) & 0xff}:${old & 0xff}` : deviceOf(packed),
  }
}

const entriesIn = (block: Uint8Array) => {
  const found: { readonly name: Uint8Array; readonly inode: number }[] = []
  for (let at = 0; at + 8 <= block.length; ) {
    const [inode, length, nameLength] = [u32(block, at), u16(block, at + 4), block[at + 6] as number]
    if (length < 8 || at + length > block.length) throw new HostError('', 'is a damaged directory')
    const name = block.subarray(at + 8, at + 8 + nameLength)
    const isDots = name[0] === 0x2e && (nameLength === 1 || (nameLength === 2 && name[1] === 0x2e))
    if (inode !== 0 && nameLength > 0 && !isDots) found.push({ name, inode })
    at += length
  }
  return found
}

/** Attributes from `start` of `bytes`, with values from `origin` on. */
const attributesIn = (bytes: Uint8Array, start: number, origin: number, into: Map<string, string>): void => {
  for (let at = start; at + 16 <= bytes.length && u32(bytes, at) !== 0; ) {
    const [nameLength, index] = [bytes[at] as number, bytes[at + 1] as number]
    const [offset, size] = [origin + u16(bytes, at + 2), u32(bytes, at + 8)]
    const name = asBytes(bytes.subarray(at + 16, at + 16 + nameLength))
    // A value in an inode of its own is larger than any that means something here.
    const value = u32(bytes, at + 4) === 0 ? asBytes(bytes.subarray(offset, offset + size)) : ''
    into.set(`${ATTRIBUTE_PREFIXES[index] ?? '?.'}${name}`, value)
    at += (16 + nameLength + 3) & ~3
  }
}

export const ext4 = (image: ReadAt): FileSystem => {
  const read = buffered(image)
  const head = exactly(read, SUPERBLOCK, 1024)
  const block = 1024 * 2 ** u32(head, 24)
  const [perGroup, inodeSize, incompatible] = [u32(head, 40), Math.max(u16(head, 88), 128), u32(head, 96)]
  if (block > 65536 || perGroup === 0 || inodeSize > 4096) throw new HostError('', 'is a damaged ext4')
  if ((incompatible & META_GROUPS) !== 0)
    throw new Unseen('', 'is an ext4 with META_BG, its contents are not looked at')
  const isWide = (incompatible & WIDE) !== 0
  const descriptorSize = isWide ? Math.max(u16(head, 254), 32) : 32
  const descriptors = (u32(head, 20) + 1) * block
  const inodes = u32(head, 0)

  const inode = (number: number): Inode => {
    if (number < 1 || number > inodes) throw new HostError('', 'is damaged: it has an inode that is not there')
    const group = Math.floor((number - 1) / perGroup)
    const descriptor = exactly(read, descriptors + group * descriptorSize, descriptorSize)
    const table = u32(descriptor, 8) + (descriptorSize >= 64 ? u32(descriptor, 40) * 2 ** 32 : 0)
    const bytes = exactly(read, table * block + ((number - 1) % perGroup) * inodeSize, inodeSize)
    return { node: nodeIn(bytes), bytes, flags: u32(bytes, 32) }
  }

  const extentsIn = (bytes: Uint8Array, depth: number, budget: { left: number }): readonly Extent[] => {
    if (u16(bytes, 0) !== EXTENT_MAGIC || depth > DEEPEST_EXTENTS) throw new HostError('', 'has damaged extents')
    const count = Math.min(u16(bytes, 2), Math.floor((bytes.length - 12) / 12))
    const isLeaf = u16(bytes, 6) === 0
    budget.left -= count
    if (budget.left < 0) throw new HostError('', 'has damaged extents')
    return Array.from({ length: count }, (_, index) => 12 + index * 12).flatMap((at): readonly Extent[] => {
      if (!isLeaf) {
        const child = u32(bytes, at + 4) + u16(bytes, at + 8) * 2 ** 32
        return extentsIn(exactly(read, child * block, block), depth + 1, budget)
      }
      const length = u16(bytes, at + 4)
      const start = u32(bytes, at + 8) + u16(bytes, at + 6) * 2 ** 32
      const isWritten = length <= 32768
      return [
        { first: u32(bytes, at), count: isWritten ? length : length - 32768, start: isWritten ? start : undefined },
      ]
    })
  }

  const readBlocks = (extents: readonly Extent[], offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    for (const { first, count, start } of extents) {
      const [from, to] = [Math.max(offset, first * block), Math.min(offset + length, (first + count) * block)]
      if (start === undefined || from >= to) continue
      bytes.set(exactly(read, start * block + from - first * block, to - from), from - offset)
    }
    return bytes
  }

  const readData = (number: number, offset: number, length: number): Uint8Array => {
    const { node, bytes, flags } = inode(number)
    if ((flags & IS_ENCRYPTED) !== 0) throw new Unseen('', 'is encrypted')
    const wanted = Math.max(0, Math.min(length, node.size - offset))
    const isShort = node.size <= 60 && (node.kind === 'link' || (flags & HAS_INLINE_DATA) !== 0)
    if (isShort && (flags & HAS_EXTENTS) === 0) return bytes.subarray(40 + offset, 40 + offset + wanted)
    if ((flags & HAS_EXTENTS) === 0) throw new Unseen('', 'is kept without extents, which is not read')
    return readBlocks(extentsIn(bytes.subarray(40, 100), 0, { left: MOST_EXTENTS }), offset, wanted)
  }

  const list = (number: number) => {
    const { size } = inode(number).node
    if (size > LARGEST_DIRECTORY) throw new HostError('', 'is too large a directory')
    const found: { readonly name: Uint8Array; readonly inode: number }[] = []
    for (let offset = 0; offset < size; offset += block) found.push(...entriesIn(readData(number, offset, block)))
    return found
  }

  const attributes = (number: number): ReadonlyMap<string, string> => {
    const { bytes } = inode(number)
    const found = new Map<string, string>()
    const extra = inodeSize > 128 ? 128 + u16(bytes, 128) : inodeSize
    if (extra + 4 < inodeSize && u32(bytes, extra) === ATTRIBUTE_MAGIC) attributesIn(bytes, extra + 4, extra + 4, found)
    const apart = u32(bytes, 104)
    if (apart !== 0) {
      const own = exactly(read, apart * block, block)
      if (u32(own, 0) === ATTRIBUTE_MAGIC) attributesIn(own, 32, 0, found)
    }
    return found
  }

  return { root: ROOT, stat: (number) => inode(number).node, list, read: readData, attributes }
}
