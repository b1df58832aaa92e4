import type { ExtensionClass } from '../../layout/paths.ts'
import type { Check } from '../check.ts'
import { readRelease } from './find.ts'
import { checkFit } from './fit.ts'
import { checkValues } from './values.ts'

/** An extension-release file alone, `subject`; its directory says of which class it is. */
export const checkReleaseFile = (check: Check): void => {
  const release = readRelease(check, check.subject)
  if (release === undefined) return
  const isConfext = /(?:^|\/)etc\/extension-release\.d$/.test(check.tree.name) || release.text.includes('CONFEXT_')
  const kind: ExtensionClass = isConfext ? 'confext' : 'sysext'
  checkValues(check, kind, release)
  checkFit(check, kind, release)
}
