import type { Random } from './random.ts'

/** JSON as it is written: keys may come twice, and a leaf is any text. */
export type TextTree =
  | { readonly is: 'object'; readonly entries: [string, TextTree][] }
  | { readonly is: 'list'; readonly items: TextTree[] }
  | { readonly is: 'leaf'; text: string }

export const leaf = (text: string): TextTree => ({ is: 'leaf', text })

export const treeOf = (value: unknown): TextTree => {
  if (Array.isArray(value)) return { is: 'list', items: value.map(treeOf) }
  if (typeof value !== 'object' || value === null) return leaf(JSON.stringify(value) ?? 'null')
  return { is: 'object', entries: Object.entries(value).map(([key, one]) => [JSON.stringify(key), treeOf(one)]) }
}

/** A list or an object of the tree, with how many parts it has. */
export type Inner = Exclude<TextTree, { readonly is: 'leaf' }>

export const innersOf = (tree: TextTree): Inner[] => {
  const found: Inner[] = []
  // A stack of our own: a world may be nested deeper than an engine's.
  const pending = [tree]
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (one.is === 'leaf') continue
    found.push(one)
    const children = one.is === 'list' ? one.items : one.entries.map(([, child]) => child)
    for (const child of children.toReversed()) pending.push(child)
  }
  return found
}

const GAPS = ['', '', '', ' ', '\n', '\r\n', '\t', '  \n  ']

/** Written with any white space; `odd` is how often something stands there that JSON does not have. */
export const write = (tree: TextTree, random: Random, odd: number): string => {
  const gap = (): string => {
    if (random.chance(odd)) return random.pick(['/**/', '//\n', '\ufeff', '\u00a0', '\v', '\0', ',', '#\n'])
    return random.pick(GAPS)
  }
  const part = (one: TextTree): string => {
    if (one.is === 'leaf') return one.text
    const parts =
      one.is === 'list'
        ? one.items.map((item) => `${gap()}${part(item)}${gap()}`)
        : one.entries.map(([key, child]) => `${gap()}${key}${gap()}:${gap()}${part(child)}${gap()}`)
    const inside = parts.join(',')
    return one.is === 'list' ? `[${inside}]` : `{${inside}}`
  }
  return `${gap()}${part(tree)}${gap()}`
}
