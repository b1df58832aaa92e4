import type { Check } from '../check.ts'
import { nameOf } from '../tree.ts'
import { checkSystem } from './contents.ts'
import { checkDdi, purposeOf } from './ddi.ts'
import { DDI } from './rules.ts'

/** The kind `ddi`, the check's subject. What is in an extension others look at. */
export const checkDdiFile = (check: Check): void => {
  const name = nameOf(check.subject)
  if (!name.endsWith('.raw')) check.report(DDI['DDI-18'], check.subject, `is called '${name}', expected NAME.raw`)
  const purpose = purposeOf(name)
  const slots = checkDdi(check, { purpose, isForInitrd: false })
  if (slots !== undefined && purpose === 'unknown') checkSystem(check, slots)
}
