import { memoryHost } from '../../../lib/host/memory.ts'
import { nodeHost } from '../../../lib/host/node.ts'
import { inMemory } from '../../support/materialise.ts'
import { hostContract } from './contract.ts'
import { placed, worldAt, worldBelow } from './world.ts'

const same = (path: string): string => path

hostContract('memoryHost', async (tree) => {
  const host = memoryHost(inMemory(placed(tree, '')))
  return { host, read: same, write: same, [Symbol.asyncDispose]: async () => {} }
})

hostContract('nodeHost at /', (tree) => worldAt(nodeHost(''), tree))
hostContract('nodeHost below another root', (tree) => worldBelow(nodeHost(''), tree))
