/**
 * Interfaces as data, https://varlink.org "Interface Definition": from one table come the text that a client asks for and the
 * check of what it sends.
 */

export type Type =
  | 'bool'
  | 'int'
  | 'string'
  | { readonly list: Type }
  | { readonly maybe: Type }
  | { readonly oneOf: readonly string[] }
  /** By the name of a type of the same interface. */
  | { readonly named: string }

export type Fields = Readonly<Record<string, Type>>

export interface Method {
  /** What it does, a line each. */
  readonly comment: readonly string[]
  readonly input: Fields
  readonly output: Fields
}

export interface Interface {
  readonly name: string
  readonly comment: readonly string[]
  readonly types: Readonly<Record<string, { readonly comment: readonly string[]; readonly fields: Fields }>>
  readonly methods: Readonly<Record<string, Method>>
  readonly errors: Readonly<Record<string, { readonly comment: readonly string[]; readonly fields: Fields }>>
}

const typeText = (type: Type): string => {
  if (typeof type === 'string') return type
  if ('list' in type) return `[]${typeText(type.list)}`
  if ('maybe' in type) return `?${typeText(type.maybe)}`
  return 'oneOf' in type ? `(${type.oneOf.join(', ')})` : type.named
}

const fieldsText = (fields: Fields): string => {
  const all = Object.entries(fields).map(([name, type]) => `${name}: ${typeText(type)}`)
  return all.length > 2 ? `(\n  ${all.join(',\n  ')}\n)` : `(${all.join(', ')})`
}

const commented = (comment: readonly string[], text: string): string =>
  [...comment.map((line) => `# ${line}\n`), text].join('')

/** The definition, as `GetInterfaceDescription` gives it. */
export const interfaceText = ({ name, comment, types, methods, errors }: Interface): string =>
  [
    commented(comment, `interface ${name}\n`),
    ...Object.entries(types).map(([type, { comment: words, fields }]) =>
      commented(words, `type ${type} ${fieldsText(fields)}\n`),
    ),
    ...Object.entries(methods).map(([method, { comment: words, input, output }]) =>
      commented(words, `method ${method}${fieldsText(input)} -> ${fieldsText(output)}\n`),
    ),
    ...Object.entries(errors).map(([error, { comment: words, fields }]) =>
      commented(words, `error ${error} ${fieldsText(fields)}\n`),
    ),
  ].join('\n')

const fits = (type: Type, value: unknown): boolean => {
  if (type === 'bool') return typeof value === 'boolean'
  if (type === 'int') return Number.isSafeInteger(value)
  if (type === 'string') return typeof value === 'string'
  if ('maybe' in type) return value === undefined || value === null || fits(type.maybe, value)
  if ('list' in type) return Array.isArray(value) && value.every((one) => fits(type.list, one))
  return 'oneOf' in type && type.oneOf.includes(value as string)
}

/** The name of the first parameter that is wrong, missing or not known; undefined when all are as they should be. */
export const wrongParameter = (input: Fields, parameters: Readonly<Record<string, unknown>>): string | undefined =>
  Object.keys(parameters).find((name) => !Object.hasOwn(input, name)) ??
  Object.entries(input).find(([name, type]) => !fits(type, parameters[name]))?.[0]
