import type { TemplateType } from '../../templates/schema.ts'
import type { Check } from '../check.ts'
import { checkAgreement } from '../metadata/cross.ts'
import { checkMetadata, type TemplateView } from '../metadata/metadata.ts'
import { checkLayout } from './layout.ts'
import { METADATA } from './recognise.ts'
import { newTemplate } from './view.ts'

/** Where the root file system is, in the templates that have one. */
const ROOTS: Readonly<Partial<Record<TemplateType, string>>> = {
  infrastructure: 'rootfs',
  machine: 'disk-image/rootfs',
  container: 'rootfs',
}

const rootOf = ({ type }: TemplateView): string | undefined => (type === undefined ? undefined : ROOTS[type])

/** A template, or what was made of one, with all that its type asks for. */
export const checkTemplate = (check: Check): void => {
  const view = checkMetadata(check, METADATA)
  if (view === undefined) return
  checkAgreement(check, view, rootOf(view))
  const template = newTemplate(view, check.tree)
  checkLayout({ ...check, tree: template.asInstance }, template)
}
