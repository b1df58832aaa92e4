import { below, type Entry, type Tree } from './tree.ts'

/** Deeper, or more, is no root file system that anybody made on purpose. */
export const DEEPEST = 100
export const MOST_ENTRIES = 2_000_000

export interface Visitor {
  /** Every entry, parents first, a directory's by name. False: what is in it is not looked at. */
  visit(path: string, entry: Entry): boolean | undefined
  /** The walk was ended, or a directory left out: `what` says why. */
  giveUp(path: string, what: string): void
}

/** All below `top`, following nothing. */
export const walk = (tree: Tree, top: string, { visit, giveUp }: Visitor): void => {
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: top, depth: 0 }]
  let count = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, depth } = next
    if (depth > DEEPEST) {
      giveUp(path, `is nested deeper than ${DEEPEST} directories, not looking further down`)
      continue
    }
    const inner: typeof pending = []
    for (const entry of tree.entries(path)) {
      count += 1
      if (count > MOST_ENTRIES) {
        giveUp(path, `has more than ${MOST_ENTRIES} files in all, not looking further`)
        return
      }
      const whole = below(path, entry.name)
      const goesOn = visit(whole, entry)
      if (entry.kind === 'directory' && goesOn !== false) inner.push({ path: whole, depth: depth + 1 })
    }
    pending.push(...inner.reverse())
  }
}
