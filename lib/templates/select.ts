import { resolve } from '../compliance/resolve.ts'
import { below, nameOf, parentOf, type Tree } from '../compliance/tree.ts'
import { HostError } from '../host/host.ts'
import { matcherOf } from '../systemd/fnmatch.ts'
import { alternativesOf, hasWildcard, withoutDash } from './pattern.ts'

/** Directory entries that one template may have looked at. */
const MOST_LOOKED_AT = 500_000
/** `**` goes no deeper. */
const DEEPEST = 40

export interface Selector {
  /** The paths that a pattern names, as it spells them: links on the way are not resolved. Throws HostError when it is too much. */
  select(pattern: string): readonly string[]
}

/** Finds what patterns name in a tree. Links are followed inside of it, for the way to a file, by none of `**`. */
export const selector = (tree: Tree): Selector => {
  let looked = 0

  const entriesAt = (path: string) => {
    const found = resolve(tree, path)
    const entries = found.state === 'found' && found.node.kind === 'directory' ? tree.entries(found.path) : []
    looked += entries.length
    if (looked > MOST_LOOKED_AT)
      throw new HostError(tree.name, `has too much that patterns would have to be compared with`)
    return entries
  }

  const deep = (path: string, depth: number): readonly string[] => {
    if (depth > DEEPEST) return []
    const inner = entriesAt(path).filter(({ kind }) => kind === 'directory')
    return [path, ...inner.flatMap(({ name }) => deep(below(path, name), depth + 1))]
  }

  const expand = (path: string, parts: readonly string[]): readonly string[] => {
    const [part, ...rest] = parts
    if (part === undefined) return [path]
    if (part === '**') {
      const tops = deep(path, 0)
      // At the end it stands for all files.
      return rest.length > 0 ? tops.flatMap((top) => expand(top, rest)) : tops.flatMap((top) => expand(top, ['*']))
    }
    if (!hasWildcard(part)) return expand(below(path, part), rest)
    const matches = matcherOf(part)
    const names = entriesAt(path).flatMap(({ name }) => (matches(name) ? [name] : []))
    return names.flatMap((name) => expand(below(path, name), rest))
  }

  /** A link at the end counts, wherever it leads. */
  const isThere = (path: string): boolean => {
    const parent = resolve(tree, parentOf(path))
    return parent.state === 'found' && tree.node(below(parent.path, nameOf(path))) !== undefined
  }

  return {
    select: (pattern) => {
      const found = alternativesOf(withoutDash(pattern)).flatMap((one) => expand('', one.split('/')))
      return [...new Set(found)].filter(isThere)
    },
  }
}
