import { goldenCases } from '../support/golden-case.ts'
import { changeBytes } from './change-bytes.ts'
import { changeJson } from './change-json.ts'
import { changeTree } from './change-tree.ts'
import type { Random } from './random.ts'
import { randomOf } from './random.ts'
import { builtWorld } from './tenants.ts'
import { bytesOf, directory, emptyWorld, file, link, type World } from './world.ts'

const sizeOf = ({ node }: { readonly node: { readonly kind: string; readonly size?: number } }): number =>
  node.size ?? 0

const cases = goldenCases()

const goldenWorld = (random: Random): World => {
  const one = random.pick(cases)
  const world = emptyWorld(one.name)
  for (const [path, placed] of one.tree) {
    const { node } = placed
    // Hundred megabytes are read in full: once in a while will do.
    const small =
      sizeOf(placed) > 1 << 20 && random.chance(0.9)
        ? { ...placed, node: { kind: 'sparse', size: 70_000 } as const }
        : placed
    world.tree.set(
      bytesOf(path),
      node.kind === 'link' ? { ...placed, node: { ...node, target: bytesOf(node.target) } } : small,
    )
  }
  Object.assign(world.env, one.spec.env)
  return world
}

const isText = (path: string): boolean => /\.json$|\.conf$|release|hostname|cmdline/.test(path)

const changeFile = (world: World, random: Random): void => {
  const files = [...world.tree].flatMap(([path, { node }]) =>
    node.kind === 'file' ? [[path, Buffer.from(node.bytes)] as const] : [],
  )
  const texts = files.filter(([path]) => isText(path))
  const found = random.pick(texts.length > 0 && random.chance(0.95) ? texts : files)
  if (found === undefined) return
  const [path, bytes] = found
  const json = path.endsWith('.json') && random.chance(0.6) ? changeJson(bytes.toString('utf8'), random) : undefined
  const changed =
    json === undefined
      ? changeBytes(
          bytes,
          random,
          files.map(([, other]) => other),
        )
      : Buffer.from(json)
  world.history.push(`${json === undefined ? 'bytes' : 'JSON'} of ${path}`)
  world.tree.set(path, { ...(world.tree.get(path) ?? file('')), node: { kind: 'file', bytes: changed } })
}

const OBSTACLES = [
  'tenants.target.wants',
  'tenant@acme.service',
  'tenant@acme.service.d',
  'tenant-acme.slice',
  'tenants-registry.service',
  'tenants.target.wants/tenant@a.service',
]

const putObstacle = (world: World, random: Random): void => {
  world.obstacles.set(
    `/${random.pick(OBSTACLES)}`,
    random.pick([file('old'), directory(), link('nowhere'), link('.'), link('tenant-acme.slice')]),
  )
}

const CALLS: readonly ((world: World, random: Random) => void)[] = [
  (world, random) => {
    world.out = random.pick(['missing', 'file', 'link', 'slash', 'relative'])
  },
  (world, random) => {
    world.directories = random.pick([0, 1, 1, 1, 2, 4])
  },
  (world) => {
    world.twice = true
  },
  (world) => {
    world.journal = false
  },
  putObstacle,
  putObstacle,
  ({ env }, random) => {
    env.SYSTEMD_PROC_CMDLINE = random.pick([
      'bitbuilder=0',
      'bitbuilder=1',
      'x bitbuilder=OFF',
      'bitbuilder=no bitbuilder=yes',
      '',
    ])
  },
  ({ env }, random) => {
    env[random.pick(['SYSTEMD_IN_INITRD', 'SYSTEMD_VIRTUALIZATION'])] = random.pick([
      '1',
      '0',
      '',
      'container:nspawn',
      'vm:kvm',
    ])
  },
]

/** The tree of another world laid over this one, as when two hosts were merged by hand. */
const merged = (world: World, random: Random): World => {
  const other = random.chance(0.5) ? goldenWorld(random) : builtWorld(random)
  for (const [path, placed] of other.tree) if (random.chance(0.7)) world.tree.set(path, placed)
  world.history.push(`merged with ${other.history[0]}`)
  return world
}

/** The world of this number: the same one for the same seed, whatever was made before. */
export const makeWorld = (seed: number, index: number): World => {
  const random = randomOf(seed, index)
  const start = random.chance(0.5) ? goldenWorld(random) : builtWorld(random)
  const world = random.chance(0.1) ? merged(start, random) : start
  for (let left = random.pick([0, 1, 1, 1, 2, 2, 3, 5]); left > 0; left -= 1) {
    if (random.chance(0.6)) changeFile(world, random)
    else changeTree(world, random)
  }
  if (random.chance(0.15)) random.pick(CALLS)(world, random)
  return world
}
