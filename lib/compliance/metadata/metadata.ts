import { isObject, show } from '../../report/json-value.ts'
import { isVersion } from '../../systemd/constraint.ts'
import { TEMPLATE_TYPES, type TemplateType } from '../../templates/schema.ts'
import type { Check } from '../check.ts'
import { checkDefaults } from './defaults.ts'
import { type Document, readDocument } from './document.ts'
import { checkRequirements } from './requirements.ts'
import { META } from './rules.ts'
import { checkShapes, checkUnknownKeys } from './shapes.ts'

/** What a template's metadata.json says, as far as it says it rightly. */
export interface TemplateView {
  readonly document: Document
  readonly type: TemplateType | undefined
  readonly name: string | undefined
  readonly version: string | undefined
}

/** As much as a generator reads of one. */
const LARGEST = 16 << 10

const NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/

/** The text `template.KEY`, if it is one. */
const textOf = ({ report }: Document, template: Readonly<Record<string, unknown>>, key: string): string | undefined => {
  const value = template[key]
  if (typeof value === 'string') return value
  if (value === undefined) report(META['META-02'], ['template'], `template.${key} is missing`, { of: 'key' })
  else report(META['META-02'], ['template', key], `template.${key}: expected a text, got ${show(value)}`)
  return undefined
}

const isType = (text: string | undefined): text is TemplateType => TEMPLATE_TYPES.some((type) => type === text)

const checkTemplate = (document: Document): Omit<TemplateView, 'document'> => {
  const { value, report } = document
  const { template } = value
  if (!isObject(template)) {
    const found = template === undefined ? 'template is missing' : `template: expected an object, got ${show(template)}`
    report(META['META-02'], template === undefined ? [] : ['template'], found)
    return { type: undefined, name: undefined, version: undefined }
  }
  const [type, version, name] = ['type', 'version', 'name'].map((key) => textOf(document, template, key))
  if (type !== undefined && !isType(type))
    report(
      META['META-03'],
      ['template', 'type'],
      `template.type: expected one of ${TEMPLATE_TYPES.join(', ')}, got ${show(type)}`,
    )
  const isGood = version === undefined || isVersion(version)
  if (!isGood)
    report(
      META['META-04'],
      ['template', 'version'],
      `template.version: expected a version such as 1.0.0, got ${show(version)}`,
    )
  if (name !== undefined && !NAME.test(name))
    report(
      META['META-05'],
      ['template', 'name'],
      `template.name: expected at most 64 lower-case letters, digits, dots and dashes, got ${show(name)}`,
    )
  return { type: isType(type) ? type : undefined, version: isGood ? version : undefined, name }
}

/** All that can be said of a metadata.json without what lies beside it. Undefined when it cannot be read. */
export const checkMetadata = (check: Check, path: string): TemplateView | undefined => {
  const document = readDocument(check, path, { rule: META['META-01'], largest: LARGEST })
  if (document === undefined) return undefined
  const view = { document, ...checkTemplate(document) }
  checkRequirements(document, view.type)
  checkDefaults(document, view.type)
  checkShapes(document)
  checkUnknownKeys(document)
  return view
}
