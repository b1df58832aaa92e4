import { isObject, show } from '../../report/json-value.ts'
import type { TemplateType } from '../../templates/schema.ts'
import { parseSize } from '../../tenant/values.ts'
import type { Document } from './document.ts'
import { META } from './rules.ts'

const MODES: readonly unknown[] = ['private', 'bridge', 'host', 'none']

const LEAST_MEMORY = 128 << 20

const IS_VM: readonly (TemplateType | undefined)[] = ['infrastructure', 'machine']

/** An object at `defaults.KEY`, if there is one; what is wrong with another value is said by `checkShapes`. */
export const defaultsOf = ({ value }: Document, key: string): Readonly<Record<string, unknown>> => {
  const { defaults } = value
  const inner = isObject(defaults) ? defaults[key] : undefined
  return isObject(inner) ? inner : {}
}

const checkResources = (document: Document, type: TemplateType | undefined): void => {
  const { report } = document
  const resources = defaultsOf(document, 'resources')
  const { cpu } = resources
  if (cpu !== undefined && !(Number.isSafeInteger(cpu) && (cpu as number) >= 1))
    report(
      META['META-12'],
      ['defaults', 'resources', 'cpu'],
      `defaults.resources.cpu: expected a whole number from 1, got ${show(cpu)}`,
    )
  for (const key of ['memory', 'storage']) {
    const size = resources[key]
    if (size === undefined || (typeof size === 'string' && parseSize(size) !== undefined)) continue
    report(
      META['META-13'],
      ['defaults', 'resources', key],
      `defaults.resources.${key}: expected a size such as "512M" or "4G", got ${show(size)}`,
    )
  }
  const { memory } = resources
  const bytes = typeof memory === 'string' ? parseSize(memory) : undefined
  if (bytes !== undefined && bytes < LEAST_MEMORY && IS_VM.includes(type))
    report(
      META['META-14'],
      ['defaults', 'resources', 'memory'],
      `defaults.resources.memory: a VM of ${show(memory)} does not boot a systemd`,
      {
        hint: 'give it 128M or more',
      },
    )
}

export const checkDefaults = (document: Document, type: TemplateType | undefined): void => {
  const { report } = document
  checkResources(document, type)
  const { mode, management_interface: management } = defaultsOf(document, 'network')
  if (mode !== undefined && typeof mode !== 'string')
    report(
      META['META-15'],
      ['defaults', 'network', 'mode'],
      `defaults.network.mode: expected a text, got ${show(mode)}`,
    )
  else if (mode !== undefined && !MODES.includes(mode))
    report(META['META-15'], ['defaults', 'network', 'mode'], `defaults.network.mode: ${show(mode)} is not known`, {
      severity: 'warning',
      hint: `known are ${MODES.join(', ')}`,
    })
  if (management !== undefined && typeof management !== 'boolean')
    report(
      META['META-15'],
      ['defaults', 'network', 'management_interface'],
      `defaults.network.management_interface: expected true or false, got ${show(management)}`,
    )
}
