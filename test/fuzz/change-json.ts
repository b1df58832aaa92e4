/** What may happen to the structure of a JSON file. */

import { nestingOf } from '../../lib/host/nesting.ts'
import { tenantShape } from '../../lib/tenant/schema.ts'
import { anyText } from './anything.ts'
import { IDS, TEXTS, TOKENS } from './pieces.ts'
import type { Random } from './random.ts'
import { valueLike } from './tenants.ts'
import { type Inner, innersOf, leaf, type TextTree, treeOf, write } from './text-tree.ts'

const anyValue = (random: Random): TextTree => {
  if (random.chance(0.3)) return valueLike(tenantShape, random)
  return leaf(
    random.chance(0.5)
      ? random.pick(TOKENS)
      : JSON.stringify(random.chance(0.5) ? random.pick(TEXTS) : anyText(random)),
  )
}

const KEYS = [
  'id',
  'enabled',
  'tenants',
  '$schema',
  'resources',
  'infra',
  'network',
  'Id',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '0',
  '1',
  '10',
  '2147483648',
  '4294967294',
  '4294967295',
  '',
]

const anyKey = (random: Random): string =>
  JSON.stringify(random.chance(0.7) ? random.pick(KEYS) : random.chance(0.5) ? random.pick(TEXTS) : anyText(random))

const sizeOf = (inner: Inner): number => (inner.is === 'list' ? inner.items.length : inner.entries.length)

const childAt = (inner: Inner, at: number): TextTree =>
  inner.is === 'list' ? (inner.items[at] as TextTree) : (inner.entries[at] as [string, TextTree])[1]

/** Puts a value into it, under `key` where it has keys. */
const put = (inner: Inner, at: number, removed: number, value: TextTree, key: string): void => {
  if (inner.is === 'list') inner.items.splice(at, removed, value)
  else inner.entries.splice(at, removed, [key, value])
}

const keyAt = (inner: Inner, at: number, random: Random): string =>
  inner.is === 'list' ? anyKey(random) : (inner.entries[at]?.[0] ?? anyKey(random))

type Change = (inner: Inner, at: number, random: Random, all: readonly Inner[]) => void

const CHANGES: readonly Change[] = [
  (inner, at, random) => put(inner, at, 1, anyValue(random), keyAt(inner, at, random)),
  (inner, at, random) => put(inner, at, 0, anyValue(random), anyKey(random)),
  (inner, at) => (inner.is === 'list' ? inner.items : inner.entries).splice(at, 1),
  (inner, at, random) => put(inner, at, 1, childAt(inner, at), anyKey(random)),
  // Doubled, and moved to somewhere else in the file.
  (inner, at, random) => put(inner, at, 0, childAt(inner, at), keyAt(inner, at, random)),
  (inner, at, random, all) => {
    const other = random.pick(all)
    // By its text: what contains itself has no end.
    const copy = leaf(write(childAt(inner, at), random, 0))
    put(other, random.below(sizeOf(other) + 1), 0, copy, keyAt(inner, at, random))
  },
  (inner, at, random) => put(inner, at, 1, { is: 'list', items: [childAt(inner, at)] }, keyAt(inner, at, random)),
  (inner, at, random) =>
    put(inner, at, 1, { is: 'object', entries: [[anyKey(random), childAt(inner, at)]] }, keyAt(inner, at, random)),
  (inner, at, random) =>
    put(inner, at, 1, leaf(JSON.stringify(random.pick(IDS))), random.chance(0.5) ? '"id"' : keyAt(inner, at, random)),
]

/** Deeper texts are changed by their bytes alone: here they would use up this engine's stack. */
const DEEPEST = 1000

/** Undefined for what is no JSON, has nothing inside or is too deep. */
export const changeJson = (text: string, random: Random): string | undefined => {
  if (nestingOf(text) > DEEPEST) return undefined
  let tree: TextTree
  try {
    tree = treeOf(JSON.parse(text))
  } catch {
    return undefined
  }
  const all = innersOf(tree)
  const inner = random.pick(all.filter((one) => sizeOf(one) > 0))
  if (inner === undefined) return undefined
  random.pick(CHANGES)(inner, random.below(sizeOf(inner)), random, all)
  return write(tree, random, random.chance(0.05) ? 0.05 : 0)
}
