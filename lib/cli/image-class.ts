import { HostError } from '../host/host.ts'
import { EXTENSION_CLASSES, type ExtensionClass } from '../layout/paths.ts'
import type { Call, Option } from './verb.ts'

export const CLASS_OPTION: Option = {
  name: '--class',
  value: 'CLASS',
  summary: `${EXTENSION_CLASSES.join(' or ')}, where it may be both`,
}

export const classAsked = (options: Call['options']): ExtensionClass | undefined => {
  const asked = options.get('--class')
  const kind = EXTENSION_CLASSES.find((one) => one === asked)
  if (asked !== undefined && kind === undefined)
    throw new HostError(`--class=${asked}`, `is not known, there are ${EXTENSION_CLASSES.join(', ')}`)
  return kind
}
