import type { Place } from '../../lib/report/problem.ts'
import { renderHint, renderProblem } from '../../lib/report/problem.ts'

/** A finding, or what `verify --json` says of one. */
interface Found {
  readonly severity: string
  readonly at: Place
  readonly message: string
  readonly hint?: string
  readonly fixes?: readonly unknown[]
}

/** As a golden file has them. */
export const findingsText = (findings: readonly (readonly [rule: string, found: Found])[]): string =>
  findings
    .map(([rule, found]) => {
      const { at, message, hint, severity, fixes = [] } = found
      const problem = { severity: 'error', at, message, ...(hint === undefined ? {} : { hint }) } as const
      return [
        `${severity} ${rule} ${renderProblem(problem)}`,
        ...renderHint(problem),
        ...fixes.map((fix) => `  fix: ${JSON.stringify(fix)}`),
      ]
        .map((line) => `${line}\n`)
        .join('')
    })
    .join('')
