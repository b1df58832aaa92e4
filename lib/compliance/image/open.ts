import type { ReadAt } from '../../formats/bytes.ts'
import { u16, u32, u64 } from '../../formats/bytes.ts'
import type { Superblock } from '../../formats/superblock.ts'
import type { Host } from '../../host/host.ts'
import { below, type Tree } from '../tree.ts'
import { bytesApart } from './apart.ts'
import { erofs } from './erofs.ts'
import { ext4 } from './ext4.ts'
import { inodeTree } from './inode-tree.ts'
import { Unseen } from './source.ts'
import { squashfsTree } from './squashfs.ts'
import { vfat } from './vfat.ts'

/** A file system in a file of a tree: from `offset` on, read by `read`, which begins there. */
export interface Held {
  readonly tree: Tree
  readonly path: string
  readonly offset: number
  readonly read: ReadAt
  readonly type: Superblock
}

const DUMP = { name: 'dump.erofs', package: 'erofs-utils (1.9 or newer)' }

const realPath = ({ tree, path }: Held, why: string): string => {
  const real = tree.onDisk(path)
  if (real === undefined)
    throw new Unseen(below(tree.name, path), `is inside of another image and ${why}, its contents are not looked at`)
  return real.startsWith('-') ? `./${real}` : real
}

/** What is in it. Throws HostError for what cannot be looked into, which is no fault of it. */
export const openTree = (host: Host, held: Held): Tree => {
  const { tree, path, offset, read, type } = held
  const name = below(tree.name, path)
  if (type === 'squashfs') return squashfsTree(host, realPath(held, 'compressed'), offset, read, name)
  if (type === 'ext4') return inodeTree(name, ext4(read))
  if (type === 'vfat') return inodeTree(name, vfat(read))
  if (type === 'erofs') {
    const cat = (file: string, start: number, length: number): Uint8Array => {
      const image = realPath(held, 'compressed')
      const program = 'dump.erofs --offset="$1" --cat --path="$2" /proc/self/fd/3'
      return bytesApart(host, image, DUMP, program, [String(offset), `/${file}`], start, length)
    }
    return inodeTree(name, erofs(read, cat))
  }
  throw new Unseen(name, `holds ${type}, whose contents are not looked at`)
}

/** How many bytes it says it has; undefined where that is not known here. */
export const sizeOf = (read: ReadAt, type: Superblock): number | undefined => {
  const head = read(1024, 1024)
  if (type === 'squashfs') return u64(read(0, 96), 40)
  if (type === 'erofs') return u32(head, 36) * 2 ** (head[12] ?? 0)
  if (type === 'ext4') return u32(head, 4) * 1024 * 2 ** Math.min(u32(head, 24), 6)
  if (type === 'btrfs') return u64(read(65536, 256), 112)
  if (type === 'vfat') {
    const boot = read(0, 64)
    return (u16(boot, 19) || u32(boot, 32)) * u16(boot, 11)
  }
  return undefined
}

/** One tree over another, at a directory of it. */
export const mounted = (root: Tree, at: string, inner: Tree): Tree => {
  const isInner = (path: string): boolean => path === at || path.startsWith(`${at}/`)
  const inside = (path: string): string => path.slice(at.length + 1)
  const pick = <T>(path: string, ask: (tree: Tree, path: string) => T): T =>
    isInner(path) ? ask(inner, inside(path)) : ask(root, path)
  return {
    name: root.name,
    node: (path) => pick(path, (tree, one) => tree.node(one)),
    entries: (path) => {
      if (path !== '') return pick(path, (tree, one) => tree.entries(one))
      const node = inner.node('')
      const others = root.entries('').filter(({ name }) => name !== at)
      const all = node === undefined ? others : [...others, { ...node, name: at, isPlain: true }]
      return all.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    target: (path) => pick(path, (tree, one) => tree.target(one)),
    text: (path, limit) => pick(path, (tree, one) => tree.text(one, limit)),
    bytes: (path, offset, length) => pick(path, (tree, one) => tree.bytes(one, offset, length)),
    attributes: (path) => pick(path, (tree, one) => tree.attributes(one)),
    onDisk: (path) => pick(path, (tree, one) => tree.onDisk(one)),
  }
}

/** A root with nothing in it. */
export const nothing = (name: string): Tree => ({
  name,
  node: (path) =>
    path === '' ? { kind: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, links: 1, device: '' } : undefined,
  entries: () => [],
  target: () => '',
  text: () => undefined,
  bytes: () => new Uint8Array(),
  attributes: () => new Map(),
  onDisk: () => undefined,
})
