import { orElse } from '../host/host.ts'
import { below, type Entry, type Tree } from './tree.ts'

/** Deeper, or more, is no root file system that anybody made on purpose. */
const DEEPEST = 100
const MOST_ENTRIES = 2_000_000

export interface Lister {
  /** All entries of one directory, by name; parents come first. */
  list(path: string, entries: readonly Entry[]): void
  /** Whether a directory is looked into. */
  descends(path: string, entry: Entry): boolean
  /** The walk was ended, or a directory left out: `what` says why. */
  giveUp(path: string, what: string): void
}

/** Every directory from `top` on, following nothing. */
export const walkDirectories = (tree: Tree, top: string, { list, descends, giveUp }: Lister): void => {
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: top, depth: 0 }]
  let count = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, depth } = next
    if (depth > DEEPEST) {
      giveUp(path, `is nested deeper than ${DEEPEST} directories, not looking further down`)
      continue
    }
    const entries = orElse(
      () => tree.entries(path),
      ({ reason }) => {
        giveUp(path, reason)
        return []
      },
    )
    count += entries.length
    if (count > MOST_ENTRIES) {
      giveUp(path, `has more than ${MOST_ENTRIES} files in all, not looking further`)
      return
    }
    list(path, entries)
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const entry = entries[at] as Entry
      if (entry.kind !== 'directory') continue
      const whole = below(path, entry.name)
      if (descends(whole, entry)) pending.push({ path: whole, depth: depth + 1 })
    }
  }
}

export interface Visitor extends Pick<Lister, 'giveUp'> {
  /** Every entry, parents first. False: what is in it is not looked at. */
  visit(path: string, entry: Entry): boolean | undefined
}

/** All below `top`, entry by entry. */
export const walk = (tree: Tree, top: string, { visit, giveUp }: Visitor): void => {
  const closed = new Set<string>()
  walkDirectories(tree, top, {
    list: (path, entries) => {
      for (const entry of entries) {
        const whole = below(path, entry.name)
        if (visit(whole, entry) === false && entry.kind === 'directory') closed.add(whole)
      }
    },
    descends: (path) => !closed.has(path),
    giveUp,
  })
}
