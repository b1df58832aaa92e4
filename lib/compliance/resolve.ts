import { MOST_LINKS } from '../host/locate.ts'
import { below, type Node, parentOf, type Tree } from './tree.ts'

/** What a path leads to, with the tree's root for /. */
export type Resolved =
  | { readonly state: 'found'; readonly path: string; readonly node: Node; readonly climbs: boolean }
  /** `path` is the first one that is not there, `rest` what was to follow. */
  | { readonly state: 'missing'; readonly path: string; readonly rest: readonly string[]; readonly climbs: boolean }
  | { readonly state: 'loop'; readonly path: string }

/** A link on the way to what a path leads to. */
export interface Hop {
  readonly path: string
  /** As written. */
  readonly target: string
  /** Stands at the end of a path and not in the middle of one. */
  readonly isLast: boolean
}

/** `met` links were followed before; each further one is told. */
const follow = (tree: Tree, from: readonly string[], path: string, met: number, tell: (hop: Hop) => void): Resolved => {
  const pending = path.split('/').reverse()
  let done = [...from]
  let [links, climbs] = [met, false]
  while (pending.length > 0) {
    const name = pending.pop() as string
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (done.pop() === undefined) climbs = true
      continue
    }
    const here = below(done.join('/'), name)
    const node = tree.node(here)
    if (node === undefined) return { state: 'missing', path: here, rest: pending.reverse(), climbs }
    if (node.kind !== 'link') {
      done.push(name)
      continue
    }
    links += 1
    if (links > MOST_LINKS) return { state: 'loop', path: here }
    const target = tree.target(here)
    tell({ path: here, target, isLast: pending.length === 0 })
    if (target.startsWith('/')) done = []
    pending.push(...target.split('/').reverse())
  }
  const found = done.join('/')
  const node = tree.node(found)
  return node === undefined
    ? { state: 'missing', path: found, rest: [], climbs }
    : { state: 'found', path: found, node, climbs }
}

const untold = (): void => {}

/**
 * Follows links as systemd's chase() does below a root: an absolute one begins at the root again, and `..` of the root is
 * the root. `climbs`: a `..` was met there, so that outside of a chroot the path leads somewhere else.
 * `tell` hears of every link that is followed.
 */
export const resolve = (tree: Tree, path: string, tell: (hop: Hop) => void = untold): Resolved =>
  follow(tree, [], path, 0, tell)

/** A target without links, `..` or `.` but at its beginning, where they are what they say. */
const plainTarget = (tree: Tree, directory: string, target: string): Resolved | undefined => {
  let [here, rest] = [target.startsWith('/') ? '' : directory, target.startsWith('/') ? target.slice(1) : target]
  while (rest.startsWith('../')) {
    if (here === '') return undefined
    here = parentOf(here)
    rest = rest.slice(3)
  }
  // Dots and slashes where they mean something: whoever has such names takes the long way.
  if (
    rest === '' ||
    rest.startsWith('.') ||
    rest.startsWith('/') ||
    rest.includes('/.') ||
    rest.includes('//') ||
    rest.endsWith('/')
  )
    return undefined
  const whole = below(here, rest)
  const node = tree.node(whole)
  return node === undefined || node.kind === 'link' ? undefined : { state: 'found', path: whole, node, climbs: false }
}

/** Where the link at `path`, which has no links on its way, leads when it says `target`. */
export const resolveLink = (tree: Tree, path: string, target: string): Resolved => {
  const directory = parentOf(path)
  const from = target.startsWith('/') || directory === '' ? [] : directory.split('/')
  return plainTarget(tree, directory, target) ?? follow(tree, from, target, 1, untold)
}

/** The text of a regular file that is reached through links inside the tree; undefined where there is none. */
export const textAt = (tree: Tree, path: string, limit: number): string | undefined => {
  const found = resolve(tree, path)
  return found.state === 'found' && found.node.kind === 'file' ? tree.text(found.path, limit) : undefined
}

export const isDirectory = (tree: Tree, path: string): boolean => tree.node(path)?.kind === 'directory'
