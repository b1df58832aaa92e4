import { mismatches } from '../../extensions/match.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import type { Check } from '../check.ts'
import type { Release } from './find.ts'
import { EXTREL } from './rules.ts'

/** Whether the extension fits the base that it was given: EXTREL-07, -08, -10 and -11. */
export const checkFit = ({ host, base, report }: Check, kind: ExtensionClass, { path, values }: Release): void => {
  if (base === undefined) return
  const scope = base.tree.node('etc/initrd-release') === undefined ? 'system' : 'initrd'
  const architecture = base.release.get('ARCHITECTURE') || host.architecture()
  for (const { rule, message } of mismatches(values, base.release, kind, architecture, scope)) {
    // Said of the file alone already.
    const isKnown = rule === 'EXTREL-09' || (rule === 'EXTREL-07' && !values.get('ID'))
    if (!isKnown) report(EXTREL[rule], path, message)
  }
  const level = `${kind.toUpperCase()}_LEVEL`
  if (values.get('ID') !== '_any' && values.get(level) && !base.release.get(level))
    report(EXTREL['EXTREL-08'], path, `${level} means nothing: the base has none, and VERSION_ID decides`, {
      severity: 'warning',
      hint: `${level}=${values.get(level)} in the base’s os-release`,
    })
}
