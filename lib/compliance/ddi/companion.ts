import type { Check } from '../check.ts'
import { nameOf } from '../tree.ts'
import { checkDdi, isPartitioned, purposeOf } from './ddi.ts'
import { DDI } from './rules.ts'

/** An extension image that the initrd is to take. */
export const checkInitrdImage = (check: Check, path: string): void => {
  if (isPartitioned(check.tree, path))
    checkDdi({ ...check, subject: path }, { purpose: purposeOf(nameOf(path)), isForInitrd: true })
  else
    check.report(DDI['DDI-08'], path, 'is no disk image with signed verity, the initrd takes no other', {
      severity: 'error',
    })
}
