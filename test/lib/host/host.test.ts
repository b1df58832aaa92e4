import { memoryHost } from '../../../lib/host/memory.ts'
import { nodeHost } from '../../../lib/host/node.ts'
import type { CaseNode, Placed } from '../../support/golden-case.ts'
import { inMemory, materialise, temporaryDir } from '../../support/materialise.ts'
import { hostContract } from './contract.ts'
import type { World } from './world.ts'

const same = (path: string): string => path

/** With `@` made the root of that world. */
const placed = (tree: Readonly<Record<string, CaseNode>>, root: string): ReadonlyMap<string, Placed> =>
  new Map(
    Object.entries(tree).map(([path, node]) => {
      const moved = node.kind === 'link' ? { ...node, target: node.target.replace(/^@/, root) } : node
      return [path, { node: moved, mode: node.kind === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0 }]
    }),
  )

hostContract('memoryHost', async (tree): Promise<World> => {
  const host = memoryHost(inMemory(placed(tree, '')))
  return { host, read: same, write: same, [Symbol.asyncDispose]: async () => {} }
})

hostContract('nodeHost at /', async (tree): Promise<World> => {
  const dir = temporaryDir()
  await materialise(placed(tree, dir.path), dir.path)
  const below = (path: string): string => dir.path + path
  return { host: nodeHost(''), read: below, write: below, [Symbol.asyncDispose]: async () => dir[Symbol.dispose]() }
})

hostContract('nodeHost below another root', async (tree): Promise<World> => {
  const dir = temporaryDir()
  await materialise(placed(tree, ''), dir.path)
  const write = (path: string): string => dir.path + path
  return { host: nodeHost(dir.path), read: same, write, [Symbol.asyncDispose]: async () => dir[Symbol.dispose]() }
})
