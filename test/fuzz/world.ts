import type { Placed } from '../support/golden-case.ts'

/** How the directory that the generators write to is found by them. */
export type Out = 'empty' | 'missing' | 'file' | 'link' | 'slash' | 'relative'

/**
 * A little root and how the programs are called on it. Paths and link targets have one character for each byte: a name on
 * disk need not be UTF-8.
 */
export interface World {
  readonly tree: Map<string, Placed>
  /** What lies in the generators' directory before they start. */
  readonly obstacles: Map<string, Placed>
  readonly env: Record<string, string>
  out: Out
  /** How many directories a generator is given. */
  directories: number
  /** Both generators twice into the same directory: the second time every file is there. */
  twice: boolean
  /** Whether standard error is the journal's. */
  journal: boolean
  /** What was done to it, for people. */
  readonly history: string[]
}

/** UTF-8 as a text of bytes. */
export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

export const emptyWorld = (origin: string): World => ({
  tree: new Map(),
  obstacles: new Map(),
  env: {},
  out: 'empty',
  directories: 3,
  twice: false,
  journal: true,
  history: [origin],
})

export const directory = (mode = 0o755): Placed => ({ node: { kind: 'directory' }, mode, uid: 0, gid: 0 })
export const link = (target: string): Placed => ({ node: { kind: 'link', target }, mode: 0o777, uid: 0, gid: 0 })
export const file = (bytes: Uint8Array | string, mode = 0o644): Placed => ({
  node: { kind: 'file', bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes },
  mode,
  uid: 0,
  gid: 0,
})

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** The path and all below it. */
export const branchOf = (tree: ReadonlyMap<string, Placed>, path: string): string[] =>
  [...tree.keys()].filter((one) => one === path || one.startsWith(`${path}/`))

/** What the kernel can hold: parents are directories, names and paths are not too long. Parents before children. */
export const possible = (tree: ReadonlyMap<string, Placed>): Map<string, Placed> => {
  const made = new Map<string, Placed>()
  const make = (path: string, placed: Placed): boolean => {
    if (path === '' || made.get(path)?.node.kind === 'directory') return true
    if (made.has(path) || path.length > 3800 || path.length - path.lastIndexOf('/') > 256) return false
    if (/\/\.{0,2}$|\0/.test(path)) return false
    const parent = parentOf(path)
    if (!make(parent, tree.get(parent) ?? directory())) return false
    if (made.get(parent) !== undefined && made.get(parent)?.node.kind !== 'directory') return false
    made.set(path, placed)
    return true
  }
  for (const path of [...tree.keys()].sort()) make(path, tree.get(path) as Placed)
  return made
}
