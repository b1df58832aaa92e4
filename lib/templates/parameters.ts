import { placeOf } from '../report/json-source.ts'
import type { Checked, Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { Template } from './read.ts'
import { SAFE_VALUE, valuePattern } from './value-pattern.ts'

export type Values = ReadonlyMap<string, string>

/** No syntax that we know survives these. */
const CONTROL = /[\u0000-\u001f\u007f\u2028\u2029\ufffd]/

/** What is wrong with a value; undefined when nothing is. */
const wrongValue = (value: string, pattern: string): string | undefined => {
  if (CONTROL.test(value)) return 'has control characters'
  if (valuePattern(pattern)?.(value) === true) return undefined
  return pattern === SAFE_VALUE ? 'has more in it than letters, digits and . _ : / @ + -' : `does not match ${pattern}`
}

/**
 * A value for each parameter of a template: of `given`, of `known`, which may say more than is asked, or its default.
 * `origin` is where somebody has written what is given.
 */
export const chooseValues = (
  { metadata, source }: Template,
  given: Values,
  known: Values,
  origin = 'parameters',
): Checked<Values> => {
  const { parameters = {} } = metadata
  const problems: Problem[] = []
  const values = new Map<string, string>()
  const complain = (problem: Omit<Problem, 'severity'>): void => {
    problems.push({ severity: 'error', ...problem })
  }
  for (const [name, { default: otherwise, pattern = SAFE_VALUE, description }] of Object.entries(parameters)) {
    const written = given.get(name) ?? known.get(name)
    const value = written ?? otherwise
    if (value === undefined) {
      const about = description === undefined ? '' : `, ${description}`
      complain({ at: wholeFile(origin), message: `parameter '${name}' has to be set${about}` })
      continue
    }
    const why = wrongValue(value, pattern)
    const at = written === undefined ? placeOf(source, ['parameters', name, 'default']) : wholeFile(origin)
    if (why !== undefined) complain({ at, message: `parameter '${name}': '${value}' ${why}` })
    else values.set(name, value)
  }
  for (const name of given.keys())
    if (!Object.hasOwn(parameters, name)) {
      const names = Object.keys(parameters).join(', ') || 'none'
      complain({ at: wholeFile(origin), message: `the template has no parameter '${name}'`, hint: `it has ${names}` })
    }
  return { value: values, problems }
}
