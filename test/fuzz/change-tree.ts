/** What may happen to the tree of a world. */

import type { Placed } from '../support/golden-case.ts'
import { anyName } from './anything.ts'
import { NAMES, TARGETS } from './names.ts'
import { IDS } from './pieces.ts'
import type { Random } from './random.ts'
import { branchOf, bytesOf, directory, file, link, parentOf, type World } from './world.ts'

const nameOf = (random: Random): string =>
  random.chance(0.2) ? anyName(random) : random.chance(0.7) ? random.pick(NAMES) : bytesOf(random.pick(IDS)) || 'x'

const anyNode = (random: Random): Placed => {
  const kind = random.pick([
    'file',
    'file',
    'directory',
    'directory',
    'link',
    'link',
    'fifo',
    'socket',
    'device',
  ] as const)
  if (kind === 'file') return file(random.pick(['', '{}', 'ID=debian\n', 'hsqs', '{"id":"acme"}']))
  if (kind === 'directory') return directory()
  return kind === 'link' ? link(random.pick(TARGETS)) : { node: { kind }, mode: 0o644, uid: 0, gid: 0 }
}

type Change = (world: World, path: string, random: Random) => void

const remove: Change = ({ tree }, path) => {
  for (const one of branchOf(tree, path)) tree.delete(one)
}

const copyTo = (world: World, from: string, to: string, random: Random): void => {
  const copies = branchOf(world.tree, from).map(
    (one) => [`${to}${one.slice(from.length)}`, world.tree.get(one) as Placed] as const,
  )
  remove(world, to, random)
  for (const [path, placed] of copies) world.tree.set(path, placed)
}

const rename: Change = (world, path, random) => {
  const to = `${parentOf(path)}/${nameOf(random)}`
  if (to === path) return
  copyTo(world, path, to, random)
  remove(world, path, random)
}

const anyPath = ({ tree }: World, random: Random): string => random.pick([...tree.keys()]) ?? '/etc'

const move: Change = (world, path, random) => {
  const to = random.chance(0.5)
    ? anyPath(world, random)
    : `${anyPath(world, random)}/${path.slice(path.lastIndexOf('/') + 1)}`
  if (to.startsWith(path) || path.startsWith(to)) return
  copyTo(world, path, to, random)
  if (random.chance(0.5)) remove(world, path, random)
}

/** The branch lies elsewhere, and a link stands in its place. */
const linkAway: Change = (world, path, random) => {
  const away = random.pick(['/srv/away', `${path}.away`, `${parentOf(parentOf(path))}/away`])
  if (away.startsWith(`${path}/`)) return
  copyTo(world, path, away, random)
  remove(world, path, random)
  const up = '../'.repeat(path.split('/').length - 2)
  world.tree.set(
    path,
    link(random.pick([away, `${up}${away.slice(1)}`, `${up}../../..${away}`, away.slice(away.lastIndexOf('/') + 1)])),
  )
}

const loop: Change = ({ tree }, path, random) => {
  tree.set(path, link(random.pick([path, path.slice(path.lastIndexOf('/') + 1), '.', `${parentOf(path)}/loop`])))
  tree.set(`${parentOf(path)}/loop`, link(path))
}

/** A chain around the longest that the kernel follows. */
const chain: Change = ({ tree }, path, random) => {
  const length = 37 + random.below(6)
  for (let at = 0; at < length; at += 1) tree.set(`/srv/chain/${at}`, link(`${at + 1}`))
  const old = tree.get(path) as Placed
  tree.set(`/srv/chain/${length}`, old)
  tree.set(path, link('/srv/chain/0'))
}

const replace: Change = (world, path, random) => {
  if (random.chance(0.5)) remove(world, path, random)
  world.tree.set(path, anyNode(random))
}

const change =
  (part: (random: Random) => Partial<Placed>): Change =>
  ({ tree }, path, random) => {
    tree.set(path, { ...(tree.get(path) as Placed), ...part(random) })
  }

const many: Change = ({ tree }, path, random) => {
  const count = random.pick([50, 300, 1500])
  const node = anyNode(random)
  const tail = random.pick(['', '.raw', '.json', '.v', '\xff'])
  for (let at = 0; at < count; at += 1)
    tree.set(`${path}/${at}${tail}`, node.node.kind === 'directory' || at < 60 ? node : file(''))
}

const deep: Change = ({ tree }, path, random) => {
  tree.set(
    `${path}${`/${random.pick(['d', 'x'.repeat(200), '..d'])}`.repeat(random.pick([3, 12, 60]))}`,
    anyNode(random),
  )
}

const CHANGES: readonly Change[] = [
  remove,
  remove,
  rename,
  rename,
  move,
  move,
  replace,
  replace,
  replace,
  linkAway,
  linkAway,
  loop,
  (world, path, random) => world.tree.set(`${path}/${nameOf(random)}`, anyNode(random)),
  (world, path, random) => world.tree.set(`${parentOf(path)}/${nameOf(random)}`, anyNode(random)),
  change((random) => ({
    mode: random.pick([0, 0o400, 0o600, 0o640, 0o664, 0o666, 0o700, 0o777, 0o1777, 0o2775, 0o4755]),
  })),
  change((random) => ({ uid: random.pick([1, 1000, 65534, 2 ** 31, 2 ** 32 - 2]) })),
  change((random) => ({ gid: random.pick([1, 1000, 65534, 2 ** 32 - 2]), mode: random.pick([0o664, 0o644]) })),
]

const RARE: readonly Change[] = [many, deep, chain]

/** Changes something at, below or beside a path of the tree; the root itself among them. */
export const changeTree = (world: World, random: Random): void => {
  if (random.chance(0.01))
    world.tree.set('', { ...directory(random.pick([0o755, 0o777])), uid: random.pick([0, 1000]) })
  // Files of the system are fewer than tenants' and matter as much.
  const paths = [...world.tree.keys()].filter((path) => path !== '')
  const parents = [...new Set(paths.map(parentOf))].filter((path) => path !== '')
  const path = random.pick(random.chance(0.3) ? parents : paths) ?? '/etc'
  if (!world.tree.has(path)) world.tree.set(path, directory())
  random.pick(random.chance(0.03) ? RARE : CHANGES)(world, path, random)
}
