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
  /** What the pattern alone cannot say; not asked when that does not match. */
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

export interface ObjectShape {
  readonly is: 'object'
  readonly keys: Readonly<Record<string, Shape>>
  /** Keys that must be there; all others may be missing. */
  readonly required?: readonly string[]
  /** Whether other keys may be there: without it, one is a mistake and not a wish. */
  readonly open?: true
}

export type Shape = TextShape | IntegerShape | NumberShape | FlagShape | ChoiceShape | ListShape | ObjectShape

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
          : S extends { readonly is: 'object'; readonly keys: infer K }
            ? InferObject<K, RequiredOf<S>>
            : never

/** A code point is one or two units: most texts need no counting. */
const isLonger = (text: string, longest: number): boolean =>
  text.length > longest && (text.length > 2 * longest || [...text].length > longest)

const acceptsText = ({ longest, pattern, test }: TextShape, value: unknown): boolean =>
  typeof value === 'string' &&
  (longest === undefined || !isLonger(value, longest)) &&
  (pattern === undefined || pattern.of.test(value)) &&
  (test === undefined || test(value))

const isWithin = ({ least, most }: IntegerShape | NumberShape, value: number): boolean =>
  value >= least && value <= most

const acceptsList = ({ of }: ListShape, value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => accepts(of, one))

const acceptsObject = ({ keys, required, open }: ObjectShape, value: unknown): boolean => {
  if (!isObject(value)) return false
  // Own keys only: what an object inherits was not written by anybody. JSON.parse makes `__proto__` an own key.
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(keys, key)) {
      if (!accepts(keys[key] as Shape, value[key])) return false
    } else if (open !== true) return false
  }
  return required === undefined || required.every((key) => Object.hasOwn(value, key))
}

/** Whether a value, as JSON.parse gave it, has this shape. */
export const accepts = (shape: Shape, value: unknown): boolean => {
  switch (shape.is) {
    case 'text':
      return acceptsText(shape, value)
    case 'integer':
      return Number.isSafeInteger(value) && isWithin(shape, value as number)
    case 'number':
      return typeof value === 'number' && isWithin(shape, value)
    case 'flag':
      return typeof value === 'boolean'
    case 'choice':
      return shape.of.includes(value as string)
    case 'list':
      return acceptsList(shape, value)
    case 'object':
      return acceptsObject(shape, value)
  }
}
