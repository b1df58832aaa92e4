/** What ConditionVersion= of systemd.unit(5) takes: `>=258 <300`. Versions and their order are UAPI.10's. */

import { compareVersions } from './versions.ts'

/** Longer ones before those that they begin with. */
const OPERATORS = ['>=', '<=', '==', '!=', '<>', '>', '<', '='] as const

type Operator = (typeof OPERATORS)[number]

interface Term {
  readonly operator: Operator
  readonly version: string
}

/** Terms that must all hold. */
export type Constraint = readonly Term[]

/** What may stand in a version here: all that UAPI.10 compares, beginning with what is worth comparing. */
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.~^-]*$/

export const isVersion = (text: string): boolean => VERSION.test(text)

/** The words of a text, at blanks; one after a first word that is an operator alone belongs to it. */
const wordsOf = (text: string): readonly string[] => {
  const [first = '', second, ...rest] = text.split(/[ \t\n\r]+/).filter((word) => word !== '')
  const isAlone = second !== undefined && OPERATORS.some((one) => one === first)
  return isAlone ? [first + second, ...rest] : second === undefined ? [first] : [first, second, ...rest]
}

/** A string is what is wrong. */
const parseTerm = (word: string): Term | string => {
  const operator = OPERATORS.find((one) => word.startsWith(one))
  if (operator === undefined)
    return isVersion(word)
      ? `'${word}' says no operator, systemd would take it for a pattern: write '=${word}' or '>=${word}'`
      : `'${word}' does not begin with ${OPERATORS.join(' ')}`
  const version = word.slice(operator.length)
  if (version === '') return `'${word}' names no version`
  return isVersion(version) ? { operator, version } : `'${version}' is no version`
}

/** A string is what is wrong, to be read after the key's name and a colon. */
export const parseConstraint = (text: string): Constraint | string => {
  if (text.trim() === '') return 'is empty, expected a constraint such as >=258'
  const terms = wordsOf(text).map(parseTerm)
  const wrong = terms.find((term) => typeof term === 'string')
  return wrong ?? (terms as Constraint)
}

const holds = (version: string, { operator, version: other }: Term): boolean => {
  const order = compareVersions(version, other)
  switch (operator) {
    case '>=':
      return order >= 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '<':
      return order < 0
    // These two compare texts, parse_compare_operator() of systemd's compare-operator.c: 0262 is not 262.
    case '=':
      return version === other
    case '!=':
      return version !== other
    case '==':
      return order === 0
    case '<>':
      return order !== 0
  }
}

/** Whether a version passes all terms. */
export const satisfies = (version: string, constraint: Constraint): boolean =>
  constraint.every((term) => holds(version, term))

const bounds = (constraint: Constraint, operators: readonly Operator[]): readonly string[] =>
  constraint
    .filter(({ operator }) => operators.includes(operator))
    .map(({ version }) => version)
    .sort(compareVersions)

/** The highest version that something must at least have; undefined when any old one would do. */
export const lowerBound = (constraint: Constraint): string | undefined =>
  bounds(constraint, ['>=', '>', '=', '==']).at(-1)

/** Whether there can be a version that passes: between two that differ there is always one more. */
export const isSatisfiable = (constraint: Constraint): boolean => {
  const low = lowerBound(constraint)
  const high = bounds(constraint, ['<=', '<', '=', '==']).at(0)
  if (low === undefined || high === undefined) return true
  const order = compareVersions(low, high)
  return order < 0
    ? !constraint.some(({ operator }) => operator === '=' || operator === '==') ||
        satisfies(low, constraint) ||
        satisfies(high, constraint)
    : order === 0 && satisfies(low, constraint)
}
