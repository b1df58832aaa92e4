import { below, type Node, nameOf, type Tree } from '../tree.ts'

/** A link on the way to what a path leads to. */
export interface Hop {
  readonly path: string
  /** As written. */
  readonly target: string
  /** Stands at the end of a path and not in the middle of one. */
  readonly isLast: boolean
}

export interface Trace {
  /** In the order in which they are met; the first one is where it starts. */
  readonly hops: readonly Hop[]
  /** Where it ends, or the first one that is not there. */
  readonly end: string
  /** Undefined where there is nothing, and where links lead in a circle. */
  readonly node: Node | undefined
  readonly isLoop: boolean
}

const MOST_LINKS = 40

/** As `resolve`, with every link that is followed. */
export const trace = (tree: Tree, path: string): Trace => {
  const pending = path.split('/').reverse()
  const hops: Hop[] = []
  let done: string[] = []
  while (pending.length > 0) {
    const name = pending.pop() as string
    if (name === '' || name === '.') continue
    if (name === '..') {
      done.pop()
      continue
    }
    const here = below(done.join('/'), name)
    const node = tree.node(here)
    if (node === undefined) return { hops, end: [here, ...pending.reverse()].join('/'), node, isLoop: false }
    if (node.kind !== 'link') {
      done.push(name)
      continue
    }
    if (hops.length === MOST_LINKS) return { hops, end: here, node: undefined, isLoop: true }
    const target = tree.target(here)
    hops.push({ path: here, target, isLast: pending.length === 0 })
    if (target.startsWith('/')) done = []
    pending.push(...target.split('/').reverse())
  }
  const end = done.join('/')
  return { hops, end, node: tree.node(end), isLoop: false }
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
