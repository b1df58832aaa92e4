import { isArchitecture } from '../../extensions/name.ts'
import type { Rule } from '../rule.ts'
import { NAME } from './rules.ts'

/** What is wrong with `VERSION[_ARCHITECTURE][+LEFT[-DONE]]`, and by which rule. */
export const wrongVersion = (stem: string): readonly [rule: Rule, message: string] | undefined => {
  const counted = /^([^+]*)(?:\+(\d+)(?:-(\d+))?)?$/.exec(stem)
  if (counted === null) return [NAME['NAME-01'], `'${stem}' is not VERSION[_ARCHITECTURE][+LEFT[-DONE]]`]
  const [version, ...rest] = (counted[1] as string).split('_') as [string, ...string[]]
  const architecture = rest.pop()
  if (rest.length > 0) return [NAME['NAME-02'], `a version cannot have '_': '${version}_${rest.join('_')}'`]
  if (version === '') return [NAME['NAME-02'], 'has no version']
  if (!/^[A-Za-z0-9.~^-]+$/.test(version)) return [NAME['NAME-02'], `'${version}' is no version`]
  if (architecture !== undefined && !isArchitecture(architecture))
    return [NAME['NAME-03'], `'${architecture}' is no architecture, and is thrown away`]
  return undefined
}
