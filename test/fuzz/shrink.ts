import type { Placed } from '../support/golden-case.ts'
import { branchOf, type World } from './world.ts'

/** More would take longer than reading what is left. Milliseconds. */
const PATIENCE = 10_000

const copyOf = (world: World): World => ({
  ...world,
  tree: new Map(world.tree),
  obstacles: new Map(world.obstacles),
  env: { ...world.env },
})

const without = (world: World, path: string): World => {
  const smaller = copyOf(world)
  for (const one of branchOf(world.tree, path)) smaller.tree.delete(one)
  return smaller
}

/** The same file with a piece of its bytes cut out, for ever smaller pieces. */
function* shorter(placed: Placed): Generator<Placed> {
  if (placed.node.kind !== 'file') return
  const bytes = Buffer.from(placed.node.bytes)
  for (let size = bytes.length; size >= 1; size = size >> 1) {
    for (let at = 0; at < bytes.length; at += size) {
      const rest = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)])
      yield { ...placed, node: { kind: 'file', bytes: rest } }
    }
  }
}

/** Worlds with a little less, the most first. */
function* smaller(world: World): Generator<World> {
  yield { ...copyOf(world), env: {}, obstacles: new Map(), out: 'empty', directories: 1, twice: false }
  for (const path of world.tree.keys()) yield without(world, path)
  for (const [path, placed] of world.tree) {
    for (const one of shorter(placed)) {
      const next = copyOf(world)
      next.tree.set(path, one)
      yield next
    }
  }
}

/** A world with less in it that `fails` as well. */
export const shrink = (world: World, fails: (world: World) => boolean): World => {
  let best = world
  const deadline = performance.now() + PATIENCE
  for (let progress = true; progress; ) {
    progress = false
    for (const next of smaller(best)) {
      if (performance.now() > deadline) return best
      if (!fails(next)) continue
      best = next
      progress = true
      break
    }
  }
  return best
}
