import type { Option } from './verb.ts'

export interface Arguments {
  readonly words: readonly string[]
  /** By the option's long name, with its value; empty for one that has none. */
  readonly options: ReadonlyMap<string, string>
  /** All values that it was given. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}

const splitOption = (arg: string): readonly [string, string?] => {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)]
}

/** `--root=DIR` and `--root DIR`; options may stand anywhere before a `--`. A string is what is wrong. */
export const parseArguments = (args: readonly string[], known: readonly Option[]): Arguments | string => {
  const words: string[] = []
  const options = new Map<string, string>()
  const lists = new Map<string, readonly string[]>()
  const pending = [...args].reverse()
  while (pending.length > 0) {
    const arg = pending.pop() as string
    if (arg === '--') return { words: [...words, ...pending.reverse()], options, lists }
    if (!arg.startsWith('-')) {
      words.push(arg)
      continue
    }
    const [name, value] = splitOption(arg)
    const option = known.find((one) => one.name === name || one.short === name)
    if (option === undefined || (option.value === undefined && value !== undefined)) return `unknown option '${arg}'`
    const given = option.value === undefined ? '' : (value ?? pending.pop() ?? '')
    if (option.value !== undefined && given === '') return `${option.name}: expected ${option.value}`
    options.set(option.name, given)
    lists.set(option.name, [...(lists.get(option.name) ?? []), given])
  }
  return { words, options, lists }
}
