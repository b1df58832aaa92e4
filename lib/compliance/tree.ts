import type { Kind } from '../host/host.ts'

/** inode(7) of something in a tree, never followed. */
export interface Node {
  readonly kind: Kind
  /** Permission bits, `0o7777` at most. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** In bytes. */
  readonly size: number
  /** Hard links. */
  readonly links: number
  /** Major and minor number of a device, `1:3`; empty for anything else. */
  readonly device: string
}

export interface Entry extends Node {
  /** What is no UTF-8 is U+FFFD here, and cannot be asked for again. */
  readonly name: string
  /** Whether the name is UTF-8 without control characters. */
  readonly isPlain: boolean
}

/**
 * What is looked at: a directory, or the contents of an image. Paths are relative to its root, which is `''`; no component
 * of one is a link (`resolve` makes such paths). Nothing outside of it can be reached. Methods throw HostError for what is
 * there and cannot be read.
 */
export interface Tree {
  /** What it is called in findings: `rootfs`, `/srv/base.raw`. */
  readonly name: string
  /** Undefined where there is nothing. */
  node(path: string): Node | undefined
  /** Sorted by name, by code unit; none where there is no directory. */
  entries(path: string): readonly Entry[]
  /** Where a link points, as written. */
  target(path: string): string
  /** A regular file of at most `limit` bytes. Undefined where there is none; throws HostError when it is no UTF-8. */
  text(path: string, limit: number): string | undefined
  /** `length` bytes from `offset`, fewer at the end of the file. */
  bytes(path: string, offset: number, length: number): Uint8Array
  /** Extended attributes by name, values as text with one character for each byte. */
  attributes(path: string): ReadonlyMap<string, string>
  /** Where it is on the host, for programs that have to be told; undefined in an image. */
  onDisk(path: string): string | undefined
}

/** `usr/lib` and `os-release`: `usr/lib/os-release`; the root is `''`. */
export const below = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)

export const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0))

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The tree below a directory of another one. */
export const subtree = (tree: Tree, top: string): Tree =>
  top === ''
    ? tree
    : {
        name: below(tree.name, top),
        node: (path) => tree.node(path === '' ? top : below(top, path)),
        entries: (path) => tree.entries(path === '' ? top : below(top, path)),
        target: (path) => tree.target(below(top, path)),
        text: (path, limit) => tree.text(below(top, path), limit),
        bytes: (path, offset, length) => tree.bytes(below(top, path), offset, length),
        attributes: (path) => tree.attributes(path === '' ? top : below(top, path)),
        onDisk: (path) => tree.onDisk(path === '' ? top : below(top, path)),
      }
