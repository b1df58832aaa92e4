import type { Finding } from '../../lib/compliance/finding.ts'
import { renderHint, renderProblem } from '../../lib/report/problem.ts'

/** As a golden file has them. */
export const findingsText = (findings: readonly Finding[]): string =>
  findings
    .map((finding) =>
      [
        `${finding.severity} ${finding.rule.id} ${renderProblem(finding)}`,
        ...renderHint(finding),
        ...finding.fixes.map((fix) => `  fix: ${JSON.stringify(fix)}`),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('')
