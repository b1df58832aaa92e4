/**
 * The same tables for zod, for what a good run never needs: the words of what is wrong with a value, and JSON Schema. Packed,
 * this file and zod are evaluated at the first call, so everything it exports is a function.
 */

import * as z from 'zod/mini'
import type { ObjectShape, Shape } from './shape.ts'

type Schema = z.ZodMiniType
type Texts = Extract<Shape, { is: 'text' }>

/** zod/mini has no texts of its own: every check brings the phrase after "expected". */
const text = ({ words, longest, pattern, test }: Texts): Schema => {
  const checks: z.core.$ZodCheck<string>[] = [
    ...(longest === undefined ? [] : [z.maxLength(longest, `at most ${longest} characters`)]),
    ...(pattern === undefined ? [] : [z.regex(pattern.of, { error: pattern.words, abort: test !== undefined })]),
    ...(test === undefined ? [] : [z.refine<string>(test, words)]),
  ]
  return z.string(words).check(...checks)
}

const integer = (least: number, most: number): Schema => {
  const words = `a whole number from ${least} to ${most}`
  return z.int(words).check(z.minimum(least, words), z.maximum(most, words))
}

const number = ({ words, suchAs, least, most }: Extract<Shape, { is: 'number' }>): Schema =>
  z
    .number(`${words} such as ${suchAs}`)
    .check(z.minimum(least, `${words}, at least ${least}`), z.maximum(most, `${words}, at most ${most}`))

const object = ({ keys, required, open }: ObjectShape): Schema => {
  const shapes = Object.entries(keys).map(([key, inner]) => {
    const schema = schemaOf(inner)
    return [key, required?.includes(key) === true ? schema : z.optional(schema)] as const
  })
  const make = open === true ? z.looseObject : z.strictObject
  return make(Object.fromEntries(shapes), 'an object')
}

const make = (shape: Shape): Schema => {
  switch (shape.is) {
    case 'text':
      return text(shape)
    case 'integer':
      return integer(shape.least, shape.most)
    case 'number':
      return number(shape)
    case 'flag':
      return z.boolean('true or false')
    case 'choice':
      return z.enum([...shape.of], shape.of.map((one) => JSON.stringify(one)).join(' or '))
    case 'list':
      return z.array(schemaOf(shape.of), shape.words)
    case 'map':
      return z.record(z.string().check(z.regex(shape.key.of, shape.key.words)), schemaOf(shape.of), shape.words)
    case 'object':
      return object(shape)
  }
}

const made = new WeakMap<Shape, Schema>()

const schemaOf = (shape: Shape): Schema => {
  const known = made.get(shape)
  if (known !== undefined) return known
  const schema = make(shape)
  made.set(shape, schema)
  return schema
}

/** What is wrong with a value, in the order in which it is met; nothing when it has the shape. */
export const issuesOf = (shape: Shape, value: unknown): readonly z.core.$ZodIssue[] =>
  schemaOf(shape).safeParse(value).error?.issues ?? []

/** JSON Schema 2020-12 of a shape. */
export const jsonSchemaOf = (shape: Shape): object =>
  z.toJSONSchema(schemaOf(shape), { io: 'input', unrepresentable: 'any' })
