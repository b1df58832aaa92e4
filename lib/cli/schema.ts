import { HostError } from '../host/host.ts'
import { templateShape } from '../templates/schema.ts'
import { metadataShape, registryShape, tenantShape } from '../tenant/schema.ts'
import { jsonSchemaOf } from '../tenant/zod.ts'
import { printJson, type Verb } from './verb.ts'

const SCHEMAS = {
  metadata: { shape: metadataShape, title: 'metadata.json of a tenant' },
  registry: { shape: registryShape, title: 'tenants.json' },
  template: { shape: templateShape, title: 'metadata.json of a template' },
  tenant: { shape: tenantShape, title: 'tenants.d/ID.json' },
} as const

const NAMES = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]

/** JSON Schema 2020-12, made from what the program itself checks with. */
export const schema: Verb = {
  name: 'schema',
  operand: { name: 'NAME', required: false },
  summary: `print a JSON Schema: ${NAMES.join(', ')}`,
  run: ({ host, operand, json }) => {
    if (operand === undefined) {
      if (json) printJson(host, NAMES)
      else host.print(`${NAMES.join('\n')}\n`)
      return 0
    }
    const name = NAMES.find((one) => one === operand)
    if (name === undefined) throw new HostError(`schema '${operand}'`, `is not known, there are ${NAMES.join(', ')}`)
    const { shape, title } = SCHEMAS[name]
    printJson(host, { title, ...jsonSchemaOf(shape) })
    return 0
  },
}
