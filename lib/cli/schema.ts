import * as z from 'zod/mini'
import { HostError } from '../host/host.ts'
import { metadataSchema, registrySchema, tenantSchema } from '../tenant/schema.ts'
import { printJson, type Verb } from './verb.ts'

const SCHEMAS = {
  metadata: { schema: metadataSchema, title: 'metadata.json of a template or a tenant' },
  registry: { schema: registrySchema, title: 'tenants.json' },
  tenant: { schema: tenantSchema, title: 'tenants.d/ID.json' },
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
    const { schema: checked, title } = SCHEMAS[name]
    printJson(host, { title, ...z.toJSONSchema(checked, { io: 'input', unrepresentable: 'any' }) })
    return 0
  },
}
