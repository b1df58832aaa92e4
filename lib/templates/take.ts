import { below, type Node, nameOf, parentOf, type Tree } from '../compliance/tree.ts'
import { MOST_LINKS } from '../host/locate.ts'

/** What may be taken from a root for a template, which may be anybody's: what everybody can read anyhow. */

const OTHERS_READ = 0o004
const OTHERS_ENTER = 0o001

export interface Taken {
  /** Without links. */
  readonly path: string
  readonly node: Node
  /** Links on the way, with where each points. */
  readonly links: readonly (readonly [path: string, target: string])[]
}

/** A link at the top of the root, `lib64 -> usr/lib64`, leads into usr on a root with a merged /usr. */
const isTopLink = (path: string, { kind }: Node): boolean => kind === 'link' && !path.includes('/')

/** Why something on the way is not passed, to be read after the path that was asked for. */
const barred = (path: string, node: Node | undefined, tops: readonly string[], isLed: boolean): string | undefined => {
  const isInside = tops.some((top) => path === top || path.startsWith(`${top}/`))
  if (node === undefined) return isLed ? `leads to '${path}', which is not there` : 'is not there'
  if (!isInside && !isTopLink(path, node))
    return isLed ? `leads to '${path}', which is not below ${tops.join(' or ')}` : `is not below ${tops.join(' or ')}`
  return node.kind === 'directory' && (node.mode & OTHERS_ENTER) === 0
    ? `lies in '${path}', which not everybody may enter`
    : undefined
}

/** Follows a path in a tree, in which nothing but what lies below `tops` is passed. A string is why it cannot be followed. */
const chase = (tree: Tree, path: string, tops: readonly string[]): Taken | string => {
  const pending = path.split('/').reverse()
  let done: string[] = []
  const links: (readonly [string, string])[] = []
  while (pending.length > 0) {
    const name = pending.pop() as string
    if (name === '' || name === '.') continue
    if (name === '..') {
      done.pop()
      continue
    }
    const here = below(done.join('/'), name)
    const node = tree.node(here)
    const why = barred(here, node, tops, links.length > 0)
    if (why !== undefined) return why
    if (node?.kind !== 'link') {
      done.push(name)
      continue
    }
    const target = tree.target(here)
    links.push([here, target])
    if (links.length > MOST_LINKS) return 'has too many links'
    if (target.startsWith('/')) done = []
    pending.push(...target.split('/').reverse())
  }
  const real = done.join('/')
  const node = tree.node(real)
  return node === undefined || real === '' ? 'leads to nothing that could be taken' : { path: real, node, links }
}

/** A regular file that everybody can read. A string is why it is not taken. */
export const takeFile = (tree: Tree, path: string, tops: readonly string[]): Taken | string => {
  const taken = chase(tree, path, tops)
  if (typeof taken === 'string') return taken
  if (taken.node.kind !== 'file') return `is a ${taken.node.kind}, expected a file`
  return (taken.node.mode & OTHERS_READ) === 0 ? 'is not for everybody to read' : taken
}

/** The link that a path names, wherever it leads, with those on the way to it. Undefined where it names none. */
export const takeLink = (tree: Tree, path: string, tops: readonly string[]): Taken['links'] | undefined => {
  const parent = chase(tree, parentOf(path), tops)
  if (typeof parent === 'string' || parent.node.kind !== 'directory') return undefined
  const here = below(parent.path, nameOf(path))
  return tree.node(here)?.kind === 'link' ? [...parent.links, [here, tree.target(here)]] : undefined
}
