import type { Host } from '../../../lib/host/host.ts'
import { HostError } from '../../../lib/host/host.ts'
import type { CaseNode, Placed } from '../../support/golden-case.ts'
import { materialise, temporaryDir } from '../../support/materialise.ts'

type Tree = Readonly<Record<string, CaseNode>>

/** A host that sees a given tree. */
export interface World extends AsyncDisposable {
  readonly host: Host
  /** Where the host reads a path of the tree. */
  read(path: string): string
  /** Where it writes it: $BITBUILDER_ROOT moves reading alone. */
  write(path: string): string
}

/** A test in a world that others have used before. */
export type InWorld = (title: string, work: (world: World) => void) => void

export const NOT_BELOW = 'is not a directory, or not below one'
export const LOOP = 'is a link, or has too many'

/** Makes a world with this tree, parents before children; a link's target that begins with `@` is absolute in that world. */
export type MakeWorld = (tree: Tree) => Promise<World>

export const text = (content: string): CaseNode => ({ kind: 'file', bytes: Buffer.from(content) })
export const link = (target: string): CaseNode => ({ kind: 'link', target })
export const directory: CaseNode = { kind: 'directory' }

/** With `@` made the root of that world. */
export const placed = (tree: Tree, root: string): ReadonlyMap<string, Placed> =>
  new Map(
    Object.entries(tree).map(([path, node]) => {
      const moved = node.kind === 'link' ? { ...node, target: node.target.replace(/^@/, root) } : node
      return [path, { node: moved, mode: node.kind === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0 }]
    }),
  )

/** In a directory of the machine that `host` sees as it is. */
export const worldAt = async (host: Host, tree: Tree): Promise<World> => {
  const dir = temporaryDir()
  await materialise(placed(tree, dir.path), dir.path)
  const there = (path: string): string => dir.path + path
  return { host, read: there, write: there, [Symbol.asyncDispose]: async () => dir[Symbol.dispose]() }
}

/** With that directory for a root. */
export const worldBelow = async (host: Host, tree: Tree): Promise<World> => {
  const dir = temporaryDir()
  await materialise(placed(tree, ''), dir.path)
  return {
    host: host.below(dir.path),
    read: (path) => path,
    write: (path) => dir.path + path,
    [Symbol.asyncDispose]: async () => dir[Symbol.dispose](),
  }
}

/** What `work` threw: its path and reason, or its own self when it is no HostError. */
export const refusal = (work: () => unknown): readonly [string, string] | unknown => {
  try {
    return work()
  } catch (thrown) {
    return thrown instanceof HostError ? [thrown.path, thrown.reason] : thrown
  }
}
