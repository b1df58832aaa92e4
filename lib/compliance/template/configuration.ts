import { parseYaml } from '../../formats/yaml.ts'
import { type Check, guarded } from '../check.ts'
import { TPL } from './rules.ts'

/** A parser works on it as long as it is large. */
const LARGEST = 256 << 10

const checkYaml = (check: Check, path: string): void => {
  const text = guarded(check, TPL['TPL-03'], path, () => check.tree.text(path, LARGEST))
  const parsed = text === undefined ? undefined : parseYaml(text)
  if (parsed !== undefined && 'reason' in parsed)
    check.report(TPL['TPL-03'], path, `is no YAML: ${parsed.reason}`, { line: parsed.line, column: parsed.column })
}

export const checkConfiguration = (check: Check): void => {
  for (const { name } of check.tree.entries('config')) if (/\.ya?ml$/.test(name)) checkYaml(check, `config/${name}`)
}
