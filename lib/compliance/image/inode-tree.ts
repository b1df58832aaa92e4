import { HostError } from '../../host/host.ts'
import { decodeLeniently } from '../../host/utf8.ts'
import { below, type Entry, type Node, nameOf, parentOf, type Tree } from '../tree.ts'

/** A file system that is read in place, by its inodes. Methods throw HostError, with a path that says nothing, for what is damaged. */
export interface FileSystem {
  readonly root: number
  stat(inode: number): Node
  /** Without `.` and `..`, in any order. */
  list(inode: number): readonly { readonly name: Uint8Array; readonly inode: number }[]
  /** Of a file, a directory or a link; fewer at its end. `path` for messages, and for programs that are asked instead. */
  read(inode: number, offset: number, length: number, path: string): Uint8Array
  attributes(inode: number): ReadonlyMap<string, string>
}

/** A directory with more in it is none that anybody made on purpose. */
export const LARGEST_DIRECTORY = 64 << 20

const LONGEST_TARGET = 4096

/** In names of an image; what is no UTF-8 has become U+FFFD. */
export const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\ufffd]/

const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)

/** What a path in it leads to, once looked up. */
interface Place {
  readonly inode: number
  readonly node: Node
}

export const textOf = (bytes: Uint8Array, path: string): string => {
  const text = decodeLeniently(bytes)
  if (text.includes('\ufffd')) throw new HostError(path, 'is not valid UTF-8')
  return text
}

/** A tree over it. Each directory may be in one place only: else a damaged one would go on for ever. */
export const inodeTree = (name: string, system: FileSystem): Tree => {
  const places = new Map<string, Place | undefined>()
  const lists = new Map<string, readonly Entry[]>()
  const homes = new Map<number, string>()

  const guarded = <T>(path: string, work: () => T): T => {
    try {
      return work()
    } catch (thrown) {
      if (thrown instanceof HostError) throw new HostError(below(name, path), thrown.reason)
      throw thrown
    }
  }

  const entries = (path: string): readonly Entry[] => {
    const known = lists.get(path)
    if (known !== undefined) return known
    const place = placeOf(path)
    if (place?.node.kind !== 'directory') return []
    const home = homes.get(place.inode)
    if (home !== undefined && home !== path)
      throw new HostError(below(name, path), `is the same directory as ${home}: the image is damaged`)
    homes.set(place.inode, path)
    const list = guarded(path, () =>
      system.list(place.inode).flatMap(({ name: bytes, inode }): Entry[] => {
        const readable = decodeLeniently(bytes)
        if (readable === '' || readable.includes('/')) return []
        const node = system.stat(inode)
        places.set(below(path, readable), { inode, node })
        return [{ ...node, name: readable, isPlain: !UNPRINTABLE.test(readable) }]
      }),
    ).sort(byName)
    lists.set(path, list)
    return list
  }

  const placeOf = (path: string): Place | undefined => {
    if (path === '') return { inode: system.root, node: guarded('', () => system.stat(system.root)) }
    if (!lists.has(parentOf(path)) && nameOf(path) !== '') entries(parentOf(path))
    return places.get(path)
  }

  const fileAt = (path: string): Place | undefined => {
    const place = placeOf(path)
    return place?.node.kind === 'file' ? place : undefined
  }

  return {
    name,
    node: (path) => placeOf(path)?.node,
    entries,
    target: (path) => {
      const place = placeOf(path)
      if (place?.node.kind !== 'link') throw new HostError(below(name, path), 'is no link')
      const length = Math.min(place.node.size, LONGEST_TARGET)
      return guarded(path, () => decodeLeniently(system.read(place.inode, 0, length, path)))
    },
    text: (path, limit) => {
      const place = fileAt(path)
      if (place === undefined) return undefined
      if (place.node.size > limit) throw new HostError(below(name, path), `is larger than ${limit} bytes`)
      return guarded(path, () => textOf(system.read(place.inode, 0, place.node.size, path), path))
    },
    bytes: (path, offset, length) => {
      const place = fileAt(path)
      if (place === undefined || offset >= place.node.size) return new Uint8Array()
      const wanted = Math.min(length, place.node.size - offset)
      return guarded(path, () => system.read(place.inode, offset, wanted, path))
    },
    onDisk: () => undefined,
    attributes: (path) => {
      const place = placeOf(path)
      return place === undefined ? new Map() : guarded(path, () => system.attributes(place.inode))
    },
  }
}
