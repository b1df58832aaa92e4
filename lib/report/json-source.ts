import type { Node, ParseError } from 'jsonc-parser'
import { findNodeAtLocation, parseTree, printParseErrorCode, visit } from 'jsonc-parser'
import type { Place, Problem } from './problem.ts'
import { wholeFile } from './problem.ts'
import { placeAt } from './text-place.ts'

/** A value inside a JSON file. Kept so that a place can be found when, and only when, there is something to say. */
export interface JsonSource {
  readonly file: string
  readonly text: string
  /** Keys and indexes from the top of the file to the value. */
  readonly path: readonly (string | number)[]
}

const OPTIONS = { disallowComments: true, allowTrailingComma: false } as const

/** Larger broken files are not searched for what can be saved: a generator has no time for it. */
const MOST_TO_RECOVER = 1 << 20

const parseErrorWords = (error: number): string =>
  printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()

/** A recursive parser ends in a RangeError on 10⁵ open brackets; then there is no tree. */
const treeOf = (text: string, errors: ParseError[] = []): Node | undefined => {
  try {
    return parseTree(text, errors, OPTIONS)
  } catch {
    return undefined
  }
}

/** The last text that a place was asked of: a thousand mistakes in one file must not parse it a thousand times. */
let last: { readonly text: string; readonly tree: Node | undefined } = { text: '', tree: undefined }

/** Where a value stands, or, with `key`, where its key stands. The nearest enclosing value when it is not there at all. */
export const placeOf = (
  source: JsonSource,
  path: readonly (string | number)[],
  part: 'key' | 'value' = 'value',
): Place => {
  if (last.text !== source.text) last = { text: source.text, tree: treeOf(source.text) }
  const { tree } = last
  if (tree === undefined) return wholeFile(source.file)
  const whole = [...source.path, ...path]
  for (let length = whole.length; length >= 0; length -= 1) {
    const node = findNodeAtLocation(tree, whole.slice(0, length))
    if (node === undefined) continue
    const key = part === 'key' && length === whole.length ? node.parent?.children?.[0] : undefined
    return placeAt(source.file, source.text, (key ?? node).offset)
  }
  return wholeFile(source.file)
}

class FirstError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super()
    this.problem = problem
  }
}

/** What is wrong with a text that JSON.parse refused, at the first place where it is. */
export const syntaxProblem = (file: string, text: string): Problem => {
  const problem = (at: Place, words: string): Problem => ({
    severity: 'error',
    at,
    message: `not valid JSON, ${words}`,
    hint: 'JSON has no comments and no comma after the last element',
  })
  if (text.startsWith('\ufeff'))
    return { ...problem(placeAt(file, text, 0), 'begins with a byte order mark'), hint: 'save it as UTF-8 without BOM' }
  try {
    visit(
      text,
      {
        onError: (error, offset) => {
          throw new FirstError(problem(placeAt(file, text, offset), parseErrorWords(error)))
        },
      },
      OPTIONS,
    )
  } catch (thrown) {
    if (thrown instanceof FirstError) return thrown.problem
    const { hint: _, ...deep } = problem(wholeFile(file), 'nested too deeply')
    return deep
  }
  return problem(wholeFile(file), 'something in it is not allowed')
}

export interface Recovered {
  readonly index: number
  /** Undefined when the error is inside this one. */
  readonly value: unknown
  /** The `id` it seems to have, whether or not the rest can be read. */
  readonly id: string | undefined
}

const idOf = (node: Node): string | undefined => {
  const found = findNodeAtLocation(node, ['id'])
  return typeof found?.value === 'string' ? found.value : undefined
}

/** The elements of the list `key` in a text with syntax errors, those without an error inside parsed anew, strictly. */
export const recoverList = (text: string, key: string): readonly Recovered[] => {
  if (text.length > MOST_TO_RECOVER) return []
  const errors: ParseError[] = []
  const tree = treeOf(text, errors)
  const list = tree === undefined ? undefined : findNodeAtLocation(tree, [key])
  return (list?.children ?? []).map((node, index) => {
    const end = node.offset + node.length
    const hurt = errors.some(({ offset }) => offset >= node.offset && offset <= end)
    const id = idOf(node)
    if (hurt) return { index, value: undefined, id }
    try {
      return { index, value: JSON.parse(text.slice(node.offset, end)) as unknown, id }
    } catch {
      return { index, value: undefined, id }
    }
  })
}
