import { isObject } from '../../report/json-value.ts'
import { alternativesOf, mayBeMissing, pathMatcher } from '../../templates/pattern.ts'
import { SAFE_VALUE, valuePattern } from '../../templates/value-pattern.ts'
import type { TemplateView } from '../metadata/metadata.ts'
import { below, type Tree } from '../tree.ts'
import { withSupplied } from './supplied.ts'
import { unknownValue } from './unknown.ts'

/** A template with what its instantiation brings. */
export interface Template extends TemplateView {
  /** As it is written. */
  readonly tree: Tree
  /** Whether `userland` of its metadata puts something at this path. */
  provides(path: string): boolean
  /**
   * The template's tree as far as an instance is known: with what its userland brings, for those who only ask whether
   * something is there, and with the texts of rendered files as an instance may have them.
   */
  readonly asInstance: Tree
}

/** What a parameter without a default may be: the first that its pattern takes. */
const SAMPLES = [
  'sample',
  '1',
  '42',
  'a1',
  'x86-64',
  '10.0.0.1',
  '10.0.0.0/24',
  'eth0',
  'a.example',
  'yes',
  'host.example:51820',
  `${'A'.repeat(43)}=`,
] as const

const objectAt = (value: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> => {
  const inner = value[key]
  return isObject(inner) ? inner : {}
}

const textsAt = (value: Readonly<Record<string, unknown>>, key: string): readonly string[] => {
  const inner = value[key]
  return Array.isArray(inner) ? inner.filter((one) => typeof one === 'string') : []
}

/** What certainly comes: a pattern with a dash in front may match nothing. */
const certain = (patterns: readonly string[]): readonly string[] =>
  patterns.filter((pattern) => !mayBeMissing(pattern) && alternativesOf(pattern).length > 0)

const suppliesOf = (
  userland: Readonly<Record<string, unknown>>,
): Pick<Template, 'provides'> & { supplied(tree: Tree): Tree } => {
  const into = typeof userland.into === 'string' ? userland.into : ''
  const patterns = [...textsAt(userland, 'programs'), ...textsAt(userland, 'files')]
  const brings = pathMatcher(certain(patterns).map((pattern) => below(into, pattern)))
  const places = new Set(Object.keys(objectAt(userland, 'place')))
  return {
    provides: (path) => places.has(path) || brings(path),
    supplied: (tree) => withSupplied(tree, into, patterns),
  }
}

const sampleOf = (parameter: unknown): string | undefined => {
  if (!isObject(parameter)) return undefined
  if (typeof parameter.default === 'string') return parameter.default
  const fits = valuePattern(typeof parameter.pattern === 'string' ? parameter.pattern : SAFE_VALUE)
  return SAMPLES.find((sample) => fits?.(sample) === true)
}

/** `{{NAME}}` with the value of an instance, the default of the parameter, or what it may be; it stays where there is no such parameter. */
const rendererOf = (value: Readonly<Record<string, unknown>>): ((text: string) => string) => {
  const parameters = objectAt(value, 'parameters')
  const given = objectAt(objectAt(value, 'instance'), 'parameters')
  return (text) =>
    text.replace(/\{\{([A-Za-z][A-Za-z0-9_]{0,63})\}\}/g, (whole, name: string) => {
      const set = Object.hasOwn(given, name) ? given[name] : undefined
      if (typeof set === 'string') return set
      return Object.hasOwn(parameters, name) ? (sampleOf(parameters[name]) ?? unknownValue()) : whole
    })
}

export const newTemplate = (view: TemplateView, tree: Tree): Template => {
  const { value } = view.document
  const { provides, supplied } = suppliesOf(value.instance === undefined ? objectAt(value, 'userland') : {})
  const isRendered = pathMatcher(certain(textsAt(value, 'rendered')))
  const render = rendererOf(value)
  return {
    ...view,
    provides,
    tree,
    asInstance: {
      ...supplied(tree),
      text: (path, limit) => {
        const text = tree.text(path, limit)
        return text !== undefined && isRendered(path) ? render(text) : text
      },
    },
  }
}
