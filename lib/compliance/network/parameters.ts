import { orElse } from '../../host/host.ts'
import { isObject } from '../../report/json-value.ts'
import type { Fix } from '../finding.ts'
import type { Template } from '../template/view.ts'

/** What nothing replaces, made a parameter of the template: `%i` in a name is its tenant, elsewhere the tenant's number. */

const LARGEST = 256 << 10

const PARAMETERS: Readonly<Record<string, object>> = {
  TENANT: { description: 'Id of the tenant, in names of interfaces', pattern: '[a-z0-9][a-z0-9-]{0,11}' },
  INDEX: {
    description: 'Number of the tenant, 1 to 254',
    pattern: '[1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-4]',
  },
}

const KEY = { description: 'A key of WireGuard', pattern: '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=' }

/** Two letters and a dash leave room for twelve characters. */
const SHORT: Readonly<Record<string, string>> = { vxlan: 'vx', vlan: 'vl' }

const shortName = (prefix: string): string => SHORT[prefix] ?? prefix.slice(0, 2)

const isOfTenant = (key: string, value: string): boolean =>
  /^(?:Name|Bridge|Bond|VLAN|VXLAN|VRF)$/.test(key) || value.startsWith('/')

const withParameters = (key: string, value: string): string =>
  value
    .replace(/\b([a-z]+)-tenant-%i\b/g, (_, prefix: string) => `${shortName(prefix)}-{{TENANT}}`)
    .replace(/%i/g, isOfTenant(key, value) ? '{{TENANT}}' : '{{INDEX}}')
    .replace(/\$\{([A-Za-z][A-Za-z0-9_]{0,63})\}/g, '{{$1}}')

const convert = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const [, start = '', key = '', value = ''] = /^(\s*([A-Za-z0-9]+)\s*=)(.*)$/.exec(line) ?? []
      return start === '' ? line : start + withParameters(key, value)
    })
    .join('\n')

const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\{\{([A-Za-z][A-Za-z0-9_]*)\}\}/g)].map(([, name]) => name as string)

/** `files`: the converted texts by path. */
const metadataFix = ({ document }: Template, files: ReadonlyMap<string, string>): Fix => {
  const { value } = document
  const parameters = isObject(value.parameters) ? value.parameters : {}
  const names = [...new Set([...files.values()].flatMap(namesIn))]
  const more = names.map((name) => [name, PARAMETERS[name] ?? (/KEY/.test(name) ? KEY : {})] as const)
  const rendered = Array.isArray(value.rendered) ? value.rendered : []
  const whole = {
    ...value,
    parameters: { ...Object.fromEntries(more), ...parameters },
    rendered: [...new Set([...rendered, ...files.keys()])],
  }
  return { do: 'write', path: document.path, text: `${JSON.stringify(whole, null, 2)}\n`, mode: 0o644 }
}

/** What makes these files of a template ones that are rendered, for each of them. */
export const parameterFixes = (template: Template, paths: readonly string[]): ((path: string) => readonly Fix[]) => {
  const converted = new Map<string, string>()
  for (const path of paths) {
    const text = orElse(
      () => template.tree.text(path, LARGEST),
      () => undefined,
    )
    if (text !== undefined && convert(text) !== text) converted.set(path, convert(text))
  }
  return (path) => {
    const text = converted.get(path)
    return text === undefined ? [] : [{ do: 'write', path, text, mode: 0o644 }, metadataFix(template, converted)]
  }
}
