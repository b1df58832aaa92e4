import { type ReadAt, u16, u32 } from '../../formats/bytes.ts'
import { HostError } from '../../host/host.ts'
import { utf8 } from '../../systemd/escape.ts'
import type { Node } from '../tree.ts'
import type { FileSystem } from './inode-tree.ts'
import { buffered, exactly } from './source.ts'

/** FAT12, FAT16 and FAT32 with long names: "Microsoft Extensible Firmware Initiative FAT32 File System Specification". */

interface Volume {
  /** In bytes. */
  readonly cluster: number
  /** Where the second cluster is, the first there is. */
  readonly data: number
  /** How many there are. */
  readonly clusters: number
  readonly fat: number
  readonly bits: 12 | 16 | 32
  /** Where the root directory is: in a place of its own, or in clusters. */
  readonly root: { readonly at: number; readonly length: number } | { readonly cluster: number }
}

interface File {
  readonly isDirectory: boolean
  readonly cluster: number
  readonly size: number
}

const ENTRY = 32
/** 65536 entries. */
const LARGEST_DIRECTORY = 2 << 20
const FIRST_CLUSTER = 2

const isPower = (value: number, least: number, most: number): boolean =>
  value >= least && value <= most && (value & (value - 1)) === 0

const damaged = (what: string): HostError => new HostError('', `is a damaged vfat: ${what}`)

const parseVolume = (read: ReadAt): Volume => {
  const boot = exactly(read, 0, 512)
  const [sector, perCluster] = [u16(boot, 11), boot[13] ?? 0]
  if (!isPower(sector, 512, 4096) || !isPower(perCluster, 1, 128)) throw damaged('it has impossible sizes')
  const sectors = u16(boot, 19) || u32(boot, 32)
  const perFat = u16(boot, 22) || u32(boot, 36)
  const fat = u16(boot, 14) * sector
  const rootAt = fat + (boot[16] ?? 0) * perFat * sector
  const rootLength = u16(boot, 17) * ENTRY
  const data = rootAt + Math.ceil(rootLength / sector) * sector
  const clusters = Math.floor((sectors * sector - data) / (perCluster * sector))
  if (fat === 0 || perFat === 0 || clusters < 1) throw damaged('it has no room for files')
  const bits = clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32
  if (Math.ceil(((clusters + FIRST_CLUSTER) * bits) / 8) > perFat * sector) throw damaged('its table is too small')
  const root = bits === 32 ? { cluster: u32(boot, 44) } : { at: rootAt, length: rootLength }
  return { cluster: perCluster * sector, data, clusters, fat, bits, root }
}

/** The cluster after one; undefined at the end. */
const nextOf = (read: ReadAt, { fat, bits }: Volume, cluster: number): number | undefined => {
  const at = fat + Math.floor((cluster * bits) / 8)
  const bytes = exactly(read, at, bits === 32 ? 4 : 2)
  const packed = bits === 32 ? u32(bytes, 0) & 0x0fffffff : u16(bytes, 0)
  const next = bits === 12 ? (cluster % 2 === 1 ? packed >> 4 : packed & 0xfff) : packed
  return next >= 2 ** Math.min(bits, 28) - 8 ? undefined : next
}

/** Of 13 characters each, the last ones first. */
const LONG_PLACES = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30] as const

const longPart = (entry: Uint8Array): string => {
  let text = ''
  for (const at of LONG_PLACES) {
    const unit = u16(entry, at)
    if (unit === 0 || unit === 0xffff) break
    text += String.fromCharCode(unit)
  }
  return text
}

/** `NAME.EXT`; two bits say which of them are shown in lower case. */
const shortName = (entry: Uint8Array): string => {
  const part = (from: number, to: number, isLower: boolean): string => {
    let text = ''
    for (let at = from; at < to; at += 1)
      text += String.fromCharCode(at === 0 && entry[0] === 5 ? 0xe5 : (entry[at] ?? 0))
    const trimmed = text.replace(/ +$/, '')
    return isLower ? trimmed.toLowerCase() : trimmed
  }
  const flags = entry[12] ?? 0
  const [name, extension] = [part(0, 8, (flags & 8) !== 0), part(8, 11, (flags & 16) !== 0)]
  return extension === '' ? name : `${name}.${extension}`
}

/** Of the short name, by which a long one belongs to it. */
const checksum = (entry: Uint8Array): number => {
  let sum = 0
  for (let at = 0; at < 11; at += 1) sum = (((sum & 1) << 7) + (sum >> 1) + (entry[at] ?? 0)) & 0xff
  return sum
}

const DELETED = 0xe5
const IS_LONG = 0x0f
const IS_LABEL = 0x08
const IS_DIRECTORY = 0x10

const parseDirectory = (bytes: Uint8Array): readonly (File & { readonly name: string })[] => {
  const found: (File & { readonly name: string })[] = []
  let [long, sum] = ['', -1]
  for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
    const entry = bytes.subarray(at, at + ENTRY)
    const [first, attributes] = [entry[0] ?? 0, entry[11] ?? 0]
    if (first === 0) break
    if (first !== DELETED && (attributes & 0x3f) === IS_LONG) {
      ;[long, sum] = [longPart(entry) + (first & 0x40 ? '' : long), entry[13] ?? 0]
      continue
    }
    const name = long !== '' && sum === checksum(entry) ? long : shortName(entry)
    long = ''
    if (first === DELETED || (attributes & IS_LABEL) !== 0 || name === '.' || name === '..') continue
    const cluster = u16(entry, 26) + u16(entry, 20) * 65536
    found.push({ name, cluster, size: u32(entry, 28), isDirectory: (attributes & IS_DIRECTORY) !== 0 })
  }
  return found
}

const nodeOf = ({ isDirectory, size }: File): Node => ({
  kind: isDirectory ? 'directory' : 'file',
  mode: 0o755,
  uid: 0,
  gid: 0,
  size: isDirectory ? 0 : size,
  links: 1,
  device: '',
})

export const vfat = (image: ReadAt): FileSystem => {
  const read = buffered(image)
  const volume = parseVolume(read)
  /** What stands for inodes: each is the file at its place here, the root first. */
  const files: File[] = [{ isDirectory: true, cluster: 'cluster' in volume.root ? volume.root.cluster : 0, size: 0 }]
  const directories = new Map<number, number>()
  const chains = new Map<number, number[]>()

  const valid = (cluster: number): number => {
    if (cluster < FIRST_CLUSTER || cluster >= volume.clusters + FIRST_CLUSTER) throw damaged('a file leads nowhere')
    return cluster
  }

  /** The first clusters of a file, `count` of them or all there are; no further than anybody reads. */
  const chainOf = (inode: number, count: number): readonly number[] => {
    const chain = chains.get(inode) ?? [valid((files[inode] as File).cluster)]
    chains.set(inode, chain)
    while (chain.length < count) {
      const next = nextOf(read, volume, chain.at(-1) as number)
      if (next === undefined) break
      chain.push(valid(next))
    }
    return chain
  }

  const readFile = (inode: number, offset: number, length: number): Uint8Array => {
    if ((files[inode] as File).size > volume.clusters * volume.cluster) throw damaged('a file is larger than all of it')
    const bytes = new Uint8Array(length)
    const chain = length === 0 ? [] : chainOf(inode, Math.ceil((offset + length) / volume.cluster))
    for (let done = 0; done < length; ) {
      const [index, inner] = [Math.floor((offset + done) / volume.cluster), (offset + done) % volume.cluster]
      const cluster = chain[index]
      if (cluster === undefined) throw damaged('a file ends before its size')
      const count = Math.min(volume.cluster - inner, length - done)
      const start = volume.data + (cluster - FIRST_CLUSTER) * volume.cluster + inner
      bytes.set(exactly(read, start, count), done)
      done += count
    }
    return bytes
  }

  const readDirectory = (inode: number): Uint8Array => {
    if (inode === 0 && 'at' in volume.root) return exactly(read, volume.root.at, volume.root.length)
    const most = Math.ceil(LARGEST_DIRECTORY / volume.cluster)
    return readFile(inode, 0, chainOf(inode, most).length * volume.cluster)
  }

  /** The same directory in two places is the same inode, which a tree notices. */
  const inodeOf = (file: File): number => {
    const known = file.isDirectory ? directories.get(file.cluster) : undefined
    if (known !== undefined) return known
    files.push(file)
    if (file.isDirectory) directories.set(file.cluster, files.length - 1)
    return files.length - 1
  }

  return {
    root: 0,
    stat: (inode) => nodeOf(files[inode] as File),
    list: (inode) =>
      parseDirectory(readDirectory(inode)).map((file) => ({
        name: Uint8Array.from(utf8(file.name)),
        inode: inodeOf(file),
      })),
    read: (inode, offset, length) => readFile(inode, offset, length),
    attributes: () => new Map(),
  }
}
