import { alternativesOf, pathMatcher, withoutDash } from '../../templates/pattern.ts'
import { below, type Node, type Tree } from '../tree.ts'

/**
 * A template's tree in which is, as far as anyone only asks whether it is there, what its userland is going to bring: links
 * that lead to it are not dangling, and an init that comes with it is one. Nothing can be read of it, and it is in no list.
 */

const FILE: Node = { kind: 'file', mode: 0o755, uid: 0, gid: 0, size: 0, links: 1, device: '' }
const DIRECTORY: Node = { ...FILE, kind: 'directory' }

/** `usr`, `usr/lib` of `usr/lib/x`. */
const parentsOf = (pattern: string): readonly string[] => {
  const names = pattern.split('/')
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'))
}

/** `patterns` as in `userland`, below `into`. */
export const withSupplied = (tree: Tree, into: string, patterns: readonly string[]): Tree => {
  if (patterns.length === 0) return tree
  const all = patterns.flatMap((pattern) => alternativesOf(withoutDash(pattern))).map((one) => below(into, one))
  const isFile = pathMatcher(all)
  const isDirectory = pathMatcher([...new Set(all.flatMap(parentsOf))])
  const supplied = (path: string): Node | undefined => (isFile(path) ? FILE : isDirectory(path) ? DIRECTORY : undefined)
  return { ...tree, node: (path) => tree.node(path) ?? (path === '' ? undefined : supplied(path)) }
}
