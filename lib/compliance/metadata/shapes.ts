import { isObject, showKey } from '../../report/json-value.ts'
import { templateShape } from '../../templates/schema.ts'
import { validate } from '../../tenant/check.ts'
import type { Shape } from '../../tenant/shape.ts'
import type { Document } from './document.ts'
import { META } from './rules.ts'

type Path = readonly (string | number)[]

/** Of these other rules speak. */
const TOLD = new Set([
  'template',
  'requirements',
  'defaults.network',
  'defaults.resources.cpu',
  'defaults.resources.memory',
  'defaults.resources.storage',
])

const PARTLY_TOLD = new Set(['defaults', 'defaults.resources'])

/** The keys of ours, and those of a registry entry: an instantiation, or a generator, would refuse what is wrong in them. */
const checkShape = (document: Document, shape: Shape, value: unknown, path: Path): void => {
  const name = path.join('.')
  if (value === undefined || TOLD.has(name)) return
  if (PARTLY_TOLD.has(name) && isObject(value) && shape.is === 'object') {
    for (const [key, inner] of Object.entries(shape.keys)) checkShape(document, inner, value[key], [...path, key])
    return
  }
  const { source, report } = document
  const checked = validate(shape, value, { ...source, path, whole: source })
  if (!('problems' in checked)) return
  for (const { at, message, hint } of checked.problems) {
    if (message.startsWith('unknown key')) continue
    const separator = /^(?:expected|missing)\b/.test(message) ? ': ' : '.'
    const { line, column } = at
    report(META['META-06'], path, `${name}${separator}${message}`, {
      line,
      column,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

export const checkShapes = (document: Document): void => {
  for (const [key, shape] of Object.entries(templateShape.keys)) checkShape(document, shape, document.value[key], [key])
}

const unknownKeys = (document: Document, shape: Shape, value: unknown, path: Path): void => {
  if (shape.is === 'list' && Array.isArray(value))
    for (const [index, one] of value.entries()) unknownKeys(document, shape.of, one, [...path, index])
  if (!isObject(value)) return
  if (shape.is === 'map')
    for (const [key, one] of Object.entries(value)) unknownKeys(document, shape.of, one, [...path, key])
  if (shape.is !== 'object') return
  for (const [key, one] of Object.entries(value)) {
    const inner = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined
    if (inner !== undefined) unknownKeys(document, inner, one, [...path, key])
    else if (!key.startsWith('x-'))
      document.report(META['META-17'], [...path, key], `unknown key '${showKey([...path, key].join('.'))}'`, {
        of: 'key',
        hint: 'keys of your own begin with x-',
      })
  }
}

export const checkUnknownKeys = (document: Document): void => unknownKeys(document, templateShape, document.value, [])
