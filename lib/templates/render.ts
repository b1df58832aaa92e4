import type { Problem } from '../report/problem.ts'
import { placeAt } from '../report/text-place.ts'
import type { Values } from './parameters.ts'

const PLACEHOLDER = /\{\{([^{}\n]*)\}\}/g

/** A text with the values of its `{{NAME}}`, each once: a value is not looked at again. */
export const render = (
  text: string,
  values: Values,
  file: string,
): { readonly text: string } | { readonly problems: readonly Problem[] } => {
  const problems: Problem[] = []
  const rendered = text.replace(PLACEHOLDER, (whole, name: string, offset: number) => {
    const value = values.get(name)
    if (value !== undefined) return value
    problems.push({ severity: 'error', at: placeAt(file, text, offset), message: `'${whole}' names no parameter` })
    return whole
  })
  return problems.length === 0 ? { text: rendered } : { problems: problems.slice(0, 20) }
}
