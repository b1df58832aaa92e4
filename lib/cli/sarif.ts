import type { Finding } from '../compliance/finding.ts'
import type { Rule } from '../compliance/rule.ts'
import { VERSION } from './version.ts'

/** SARIF 2.1.0 (OASIS), which code hosts and editors read. */

const descriptor = ({ id, severity, requires, why, source }: Rule) => ({
  id,
  shortDescription: { text: requires },
  ...(why === undefined ? {} : { fullDescription: { text: why } }),
  ...(source.url.startsWith('https:') ? { helpUri: source.url } : {}),
  help: { text: source.words },
  defaultConfiguration: { level: severity },
})

/**
 * RFC 3986: what is no unreserved character, but the slash, is written as its bytes. A path in the directory that this was called
 * in stays one, without the dot, since code hosts compare it with the names of their files.
 */
const uri = (path: string): string =>
  encodeURI(path.startsWith('/') ? `file://${path}` : path.replace(/^(?:\.\/+)+/, '')).replace(
    /[?#[\]]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const result = ({ rule, severity, at, message, hint }: Finding) => ({
  ruleId: rule.id,
  level: severity,
  message: { text: hint === undefined ? message : `${message}\n${hint}` },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: uri(at.file) },
        ...(at.line === 0 ? {} : { region: { startLine: at.line, startColumn: Math.max(at.column, 1) } }),
      },
    },
  ],
})

export const sarif = (findings: readonly Finding[]): unknown => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: {
          name: 'bitbuilder verify',
          version: VERSION,
          rules: [...new Map(findings.map(({ rule }) => [rule.id, rule])).values()].map(descriptor),
        },
      },
      results: findings.map(result),
    },
  ],
})
