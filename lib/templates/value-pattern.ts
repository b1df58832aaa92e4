/**
 * What a parameter's value may be: a regular expression without groups, `[a-z][a-z0-9-]{0,30}|none`, for the whole of it. A
 * template is somebody else's and a real one can take forever, so this goes through a value once, whatever it says.
 */

/** Of one alternative, with `{3}` counted three times. */
const MOST_ITEMS = 2048

type Test = (char: string) => boolean

interface Item {
  readonly test: Test
  readonly isOptional: boolean
  readonly repeats: boolean
}

const CLASSES: Readonly<Record<string, Test>> = {
  d: (char) => /^[0-9]$/.test(char),
  w: (char) => /^[A-Za-z0-9_]$/.test(char),
  s: (char) => char === ' ',
}

const literal =
  (meant: string): Test =>
  (char) =>
    char === meant

const setTest = (inside: string): Test => {
  const isNegated = inside.startsWith('^')
  const members = (isNegated ? inside.slice(1) : inside).match(/\\[\s\S]|[\s\S]-[\s\S]|[\s\S]/gu) ?? []
  const tests = members.map((one): Test => {
    if (one.startsWith('\\')) return CLASSES[one.slice(1)] ?? literal(one.slice(1))
    const [low = '', , high] = [...one]
    return high === undefined ? literal(one) : (char) => char >= low && char <= high
  })
  return (char) => tests.some((test) => test(char)) !== isNegated
}

const atomTest = (atom: string): Test => {
  if (atom === '.') return () => true
  if (atom.startsWith('[')) return setTest(atom.slice(1, -1))
  return atom.startsWith('\\') ? (CLASSES[atom.slice(1)] ?? literal(atom.slice(1))) : literal(atom)
}

/** How often at least and at most; -1 without a limit. */
const timesOf = (quantifier: string): readonly [number, number] => {
  if (quantifier === '*') return [0, -1]
  if (quantifier === '+') return [1, -1]
  if (quantifier === '?') return [0, 1]
  if (quantifier === '') return [1, 1]
  const [least = '', most] = quantifier.slice(1, -1).split(',')
  return [Number(least), most === undefined ? Number(least) : most === '' ? -1 : Number(most)]
}

/** An atom, and how often: no group, no anchor, no lazy quantifier. */
const PART = /(\[\^?(?:\\[\s\S]|[^\]\\])+\]|\\[\s\S]|[^\\[\](){}*+?|^$])([*+?]|\{[0-9]{1,4}(?:,[0-9]{0,4})?\})?/uy

/** Undefined when it is no such expression. */
const itemsOf = (text: string): readonly Item[] | undefined => {
  const items: Item[] = []
  PART.lastIndex = 0
  while (PART.lastIndex < text.length) {
    const found = PART.exec(text)
    if (found === null) return undefined
    const test = atomTest(found[1] as string)
    const [least, most] = timesOf(found[2] ?? '')
    if (most >= 0 && most < least) return undefined
    if (items.length + Math.max(least, most) >= MOST_ITEMS) return undefined
    for (let time = 0; time < least; time += 1) items.push({ test, isOptional: false, repeats: false })
    if (most < 0) items.push({ test, isOptional: true, repeats: true })
    for (let time = least; time < most; time += 1) items.push({ test, isOptional: true, repeats: false })
  }
  return items
}

/** The top of a text at each `|`: one in a class or behind a backslash is meant as itself. */
const splitAlternatives = (text: string): readonly string[] => {
  const all = ['']
  for (const part of text.match(/\[\^?(?:\\[\s\S]|[^\]\\])+\]|\\[\s\S]|[\s\S]/gu) ?? []) {
    if (part === '|') all.push('')
    else all.push(`${all.pop()}${part}`)
  }
  return all
}

/** All places that are reached without another character. */
const spread = (items: readonly Item[], reached: Set<number>): Set<number> => {
  for (const at of reached) if (items[at]?.isOptional === true) reached.add(at + 1)
  return reached
}

const matches = (items: readonly Item[], chars: readonly string[]): boolean => {
  let reached = spread(items, new Set([0]))
  for (const char of chars) {
    const next = new Set<number>()
    for (const at of reached) {
      const item = items[at]
      if (item?.test(char) === true) next.add(item.repeats ? at : at + 1)
    }
    reached = spread(items, next)
  }
  return reached.has(items.length)
}

/** A test of values; undefined when the text is no such expression. `^` in front and `$` at the end change nothing. */
export const valuePattern = (text: string): ((value: string) => boolean) | undefined => {
  const plain = text.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')
  const all = splitAlternatives(plain).map(itemsOf)
  if (all.some((items) => items === undefined)) return undefined
  return (value) => all.some((items) => matches(items as readonly Item[], [...value]))
}

/** Of a parameter that says nothing: breaks no syntax of a unit, shell script, JSON, YAML or INI file, quoted or not. */
export const SAFE_VALUE = '[A-Za-z0-9][A-Za-z0-9._:/@+-]*'
