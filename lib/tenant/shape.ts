/**
 * What a JSON value must look like, as data. A generator only asks whether one does, on every start and a thousand times,
 * so that answer is given here and by nothing else; the words for one that does not are made from the same table by zod.ts.
 */

import { isObject } from '../report/json-value.ts'

interface TextShape {
  readonly is: 'text'
  /** What is expected, as the phrase after "expected". */
  readonly words: string
  /** In Unicode code points, as JSON Schema counts. */
  readonly longest?: number
  readonly pattern?: { readonly of: RegExp; readonly words: string }
  /** The whole of it where the pattern, kept for the schema, is not enough. */
  readonly test?: (text: string) => boolean
}

/** A whole number. */
interface IntegerShape {
  readonly is: 'integer'
  readonly least: number
  readonly most: number
}

interface NumberShape {
  readonly is: 'number'
  /** `a number of CPUs`, to which "such as" and the limits are added. */
  readonly words: string
  readonly suchAs: string
  readonly least: number
  readonly most: number
}

interface FlagShape {
  readonly is: 'flag'
}

interface ChoiceShape {
  readonly is: 'choice'
  readonly of: readonly string[]
}

interface ListShape {
  readonly is: 'list'
  readonly words: string
  readonly of: Shape
}

/** An object whose keys somebody chose. */
interface MapShape {
  readonly is: 'map'
  readonly words: string
  readonly key: { readonly of: RegExp; readonly words: string }
  readonly of: Shape
}

export interface ObjectShape {
  readonly is: 'object'
  readonly keys: Readonly<Record<string, Shape>>
  /** Keys that must be there; all others may be missing. */
  readonly required?: readonly string[]
  /** Whether other keys may be there: without it, one is a mistake and not a wish. */
  readonly open?: true
}

export type Shape =
  | TextShape
  | IntegerShape
  | NumberShape
  | FlagShape
  | ChoiceShape
  | ListShape
  | MapShape
  | ObjectShape

type RequiredOf<S> = S extends { readonly required: readonly (infer K)[] } ? K : never

type InferObject<K, R> = { -readonly [Key in keyof K as Key extends R ? Key : never]: Infer<K[Key]> } & {
  -readonly [Key in keyof K as Key extends R ? never : Key]?: Infer<K[Key]> | undefined
}

/** The type of the values that a shape accepts. */
export type Infer<S> = S extends { readonly is: 'text' }
  ? string
  : S extends { readonly is: 'integer' | 'number' }
    ? number
    : S extends { readonly is: 'flag' }
      ? boolean
      : S extends { readonly is: 'choice'; readonly of: readonly (infer C)[] }
        ? C
        : S extends { readonly is: 'list'; readonly of: infer E }
          ? Infer<E>[]
          : S extends { readonly is: 'map'; readonly of: infer E }
            ? { [key: string]: Infer<E> }
            : S extends { readonly is: 'object'; readonly keys: infer K }
              ? InferObject<K, RequiredOf<S>>
              : never

/** A code point is one or two units: most texts need no counting. */
const isLonger = (text: string, longest: number): boolean =>
  text.length > longest && (text.length > 2 * longest || [...text].length > longest)

/** Whether a value, as JSON.parse gave it, has the shape that this was made from. */
type Check = (value: unknown) => boolean

const checkText = ({ longest, pattern, test }: TextShape): Check => {
  const fits: (text: string) => boolean = test ?? (pattern === undefined ? () => true : (text) => pattern.of.test(text))
  if (longest === undefined) return (value) => typeof value === 'string' && fits(value)
  return (value) => typeof value === 'string' && !isLonger(value, longest) && fits(value)
}

const checkObject = ({ keys, required = [], open }: ObjectShape): Check => {
  // Made when a key is first seen: an entry has few of all that it could have.
  const known: Record<string, Check> = Object.create(null)
  const learn = (key: string): Check | undefined => {
    const check = Object.hasOwn(keys, key) ? checkOf(keys[key] as Shape) : undefined
    if (check !== undefined) known[key] = check
    return check
  }
  // Counted loops: on the small engine an iterator costs as much as a key.
  return (value) => {
    if (!isObject(value)) return false
    // Own keys only: what an object inherits was not written by anybody. JSON.parse makes `__proto__` an own key.
    const found = Object.keys(value)
    for (let at = 0; at < found.length; at += 1) {
      const key = found[at] as string
      const check = known[key] ?? learn(key)
      if (check === undefined ? open !== true : !check(value[key])) return false
    }
    for (let at = 0; at < required.length; at += 1) if (!Object.hasOwn(value, required[at] as string)) return false
    return true
  }
}

const makeCheck = (shape: Shape): Check => {
  switch (shape.is) {
    case 'text':
      return checkText(shape)
    case 'integer':
      return (value) =>
        Number.isSafeInteger(value) && (value as number) >= shape.least && (value as number) <= shape.most
    case 'number':
      return (value) => typeof value === 'number' && value >= shape.least && value <= shape.most
    case 'flag':
      return (value) => typeof value === 'boolean'
    case 'choice':
      return (value) => shape.of.includes(value as string)
    case 'list': {
      const check = checkOf(shape.of)
      return (value) => Array.isArray(value) && value.every((one) => check(one))
    }
    case 'map': {
      const check = checkOf(shape.of)
      return (value) =>
        isObject(value) && Object.entries(value).every(([key, one]) => shape.key.of.test(key) && check(one))
    }
    case 'object':
      return checkObject(shape)
  }
}

const checks = new Map<Shape, Check>()

const checkOf = (shape: Shape): Check => {
  const made = checks.get(shape) ?? makeCheck(shape)
  checks.set(shape, made)
  return made
}

/** Whether a value, as JSON.parse gave it, has this shape. What is asked of a shape is worked out once. */
export const accepts = (shape: Shape, value: unknown): boolean => checkOf(shape)(value)
