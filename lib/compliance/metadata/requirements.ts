import { isObject, show } from '../../report/json-value.ts'
import { isSatisfiable, lowerBound, parseConstraint } from '../../systemd/constraint.ts'
import { compareVersions } from '../../systemd/versions.ts'
import { FEATURES, type TemplateFeature, type TemplateType } from '../../templates/schema.ts'
import type { Document } from './document.ts'
import { META } from './rules.ts'

/** What our units ask of a systemd. */
const OLDEST_SYSTEMD = '258'

const RUN_BY: Readonly<Partial<Record<TemplateType, TemplateFeature>>> = {
  infrastructure: 'vmspawn',
  machine: 'vmspawn',
  container: 'nspawn',
  homed: 'homed',
  network: 'networkd',
}

/** `>=6.0` leaves 6 out. */
const ENDS_IN_ZERO = /(?:>=|==?)\s*([0-9]+(?:\.[0-9]+)*?)(?:\.0)+(?=\s|$)/

const checkConstraint = ({ report }: Document, key: string, text: string): void => {
  const at = ['requirements', key]
  const constraint = parseConstraint(text)
  if (typeof constraint === 'string') {
    report(META['META-07'], at, `requirements.${key}: ${constraint}`)
    return
  }
  const zero = ENDS_IN_ZERO.exec(text)
  if (zero !== null)
    report(
      META['META-08'],
      at,
      `requirements.${key}: '${zero[0]}' leaves out ${zero[1]}, which is less than ${zero[1]}.0`,
      {
        severity: 'warning',
        hint: `write '${zero[0].replace(/(?:\.0)+$/, '')}'`,
      },
    )
  if (!isSatisfiable(constraint))
    report(META['META-09'], at, `requirements.${key}: there is no version that is ${show(text)}`)
  const least = lowerBound(constraint)
  if (key === 'systemd_version' && (least === undefined || compareVersions(least, OLDEST_SYSTEMD) < 0))
    report(META['META-09'], at, `requirements.systemd_version: lets in what is older than ${OLDEST_SYSTEMD}`, {
      hint: `write '>=${OLDEST_SYSTEMD}'`,
    })
}

const checkFeatures = ({ report }: Document, features: readonly unknown[]): void => {
  for (const [index, feature] of features.entries()) {
    const at = ['requirements', 'features', index]
    if (typeof feature !== 'string')
      report(META['META-06'], at, `requirements.features[${index}]: expected a text, got ${show(feature)}`)
    else if (features.indexOf(feature) !== index)
      report(META['META-06'], at, `requirements.features: ${show(feature)} is there twice`)
    else if (!FEATURES.some((known) => known === feature))
      report(META['META-10'], at, `requirements.features: ${show(feature)} is not known`, {
        hint: `known are ${FEATURES.join(', ')}`,
      })
  }
}

/** `type` is that of the template. */
export const checkRequirements = (document: Document, type: TemplateType | undefined): void => {
  const { value, report } = document
  const { requirements = {} } = value
  if (!isObject(requirements)) {
    report(META['META-06'], ['requirements'], `requirements: expected an object, got ${show(requirements)}`)
    return
  }
  for (const key of ['systemd_version', 'kernel']) {
    const text = requirements[key]
    if (typeof text === 'string') checkConstraint(document, key, text)
    else if (text !== undefined)
      report(
        META['META-06'],
        ['requirements', key],
        `requirements.${key}: expected a text such as '>=258', got ${show(text)}`,
      )
  }
  const { features = [] } = requirements
  if (!Array.isArray(features)) {
    report(
      META['META-06'],
      ['requirements', 'features'],
      `requirements.features: expected a list, got ${show(features)}`,
    )
    return
  }
  checkFeatures(document, features)
  const needed = type === undefined ? undefined : RUN_BY[type]
  if (needed !== undefined && !features.includes(needed))
    report(
      META['META-11'],
      ['requirements', 'features'],
      `requirements.features does not name '${needed}', by which such a template is run`,
    )
}
