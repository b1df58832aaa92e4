/** Counts what is in the nftables table, and what should be. */

type Counts = Map<string, number>

const add = (counts: Counts, name: string, by: number): void => {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

interface Listed {
  readonly rule?: { readonly chain: string }
  readonly set?: { readonly name: string; readonly elem?: readonly unknown[] }
  readonly map?: { readonly name: string; readonly elem?: readonly unknown[] }
}

/** Of what `nft --json list table` says, libnftables-json(5): rules by chain, elements by set. Nothing of what is no such text. */
export const countTable = (json: string): { readonly rules: Counts; readonly elements: Counts } => {
  const [rules, elements]: readonly [Counts, Counts] = [new Map(), new Map()]
  let listed: readonly Listed[] = []
  try {
    listed = (JSON.parse(json) as { nftables: readonly Listed[] }).nftables
  } catch {
    return { rules, elements }
  }
  for (const { rule, set, map } of listed) {
    if (rule !== undefined) add(rules, rule.chain, 1)
    for (const one of [set, map]) if (one !== undefined) add(elements, one.name, one.elem?.length ?? 0)
  }
  return { rules, elements }
}

/** Of fragments, see isolation.ts: one line for each set, its elements between commas. */
export const countElements = (fragments: readonly string[]): Counts => {
  const counts: Counts = new Map()
  for (const line of fragments.flatMap((text) => text.split('\n'))) {
    const [, set, elements] = /^add element \S+ \S+ (\S+) \{ (.*) \}$/.exec(line) ?? []
    if (set !== undefined && elements !== undefined) add(counts, set, elements.split(', ').length)
  }
  return counts
}
