/** Kinds of values by section and key. */
export type KeyTable = ReadonlyMap<string, ReadonlyMap<string, string>>

/** The tables as they are written: `[Section]`, then lines of a kind and the keys that take it, `*` for any value. */
export const readKeyTable = (text: string): KeyTable => {
  const table = new Map<string, Map<string, string>>()
  let keys = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    if (line.startsWith('[')) {
      keys = new Map()
      table.set(line.slice(1, -1), keys)
      continue
    }
    const [kind = '*', ...names] = line.split(' ')
    for (const name of names) keys.set(name, kind === '*' ? '$text' : kind)
  }
  return table
}
