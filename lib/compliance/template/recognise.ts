import { orElse } from '../../host/host.ts'
import { nestingOf } from '../../host/nesting.ts'
import { jsonText } from '../../report/json-text.ts'
import { isObject } from '../../report/json-value.ts'
import type { Tree } from '../tree.ts'

export const METADATA = 'metadata.json'

/** As much as is read of it anywhere. */
const LARGEST = 16 << 10

/** What is in a metadata.json; undefined where there is none that can be read. */
const metadataOf = (tree: Tree): Readonly<Record<string, unknown>> | undefined => {
  const text = orElse(
    () => tree.text(METADATA, LARGEST),
    () => undefined,
  )
  if (text?.includes('"template"') !== true) return undefined
  try {
    const value: unknown = JSON.parse(jsonText({ text, nesting: nestingOf(text) }))
    return isObject(value) ? value : undefined
  } catch {
    // Something in it is wrong, and that it is a template's is still to be seen.
    return { template: { type: undefined } }
  }
}

/**
 * A directory with a metadata.json that says of itself what it is. That of a machine in a tenant's repository only names a
 * template.
 */
export const isTemplate = (tree: Tree): boolean => {
  const template = metadataOf(tree)?.template
  return isObject(template) && ['type', 'version'].some((key) => Object.hasOwn(template, key))
}

/** One that nothing was made of yet: in it is not what git cannot keep. */
export const isTemplateSource = (tree: Tree): boolean => isTemplate(tree) && metadataOf(tree)?.instance === undefined
