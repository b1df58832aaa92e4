import { type Hop, resolve } from '../resolve.ts'
import { type Node, nameOf, type Tree } from '../tree.ts'

export interface Trace {
  /** In the order in which they are met; the first one is where it starts. */
  readonly hops: readonly Hop[]
  /** Where it ends, or the first one that is not there. */
  readonly end: string
  /** Undefined where there is nothing, and where links lead in a circle. */
  readonly node: Node | undefined
  readonly isLoop: boolean
}

/** As `resolve`, with every link that is followed. */
export const trace = (tree: Tree, path: string): Trace => {
  const hops: Hop[] = []
  const found = resolve(tree, path, (hop) => hops.push(hop))
  if (found.state === 'found') return { hops, end: found.path, node: found.node, isLoop: false }
  const rest = found.state === 'missing' ? found.rest : []
  return { hops, end: [found.path, ...rest].join('/'), node: undefined, isLoop: found.state === 'loop' }
}

/** `../../package/default` from the directory `from` to `to`, both in one tree. */
export const relativeTo = (from: string, to: string): string => {
  const [here, there] = [from.split('/').filter((one) => one !== ''), to.split('/')]
  let same = 0
  while (same < here.length && same < there.length - 1 && here[same] === there[same]) same += 1
  return [...here.slice(same).map(() => '..'), ...there.slice(same)].join('/')
}

/** Whether all links at ends of paths, and the end itself, have one name. */
export const namesOnTheWay = ({ hops, end }: Trace): readonly string[] => [
  ...new Set([...hops.filter(({ isLast }) => isLast).map(({ path }) => nameOf(path)), nameOf(end)]),
]
