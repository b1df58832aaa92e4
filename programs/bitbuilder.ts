/** The one executable: dispatches on the name it was called by, and alone knows on which engine it runs. */

import { argv } from 'node:process'
import { mountGenerator } from '../generators/mount-generator.ts'
import { tenantGenerator } from '../generators/tenant-generator.ts'
import { nodeHost } from '../lib/host/node.ts'
import { runByName } from '../lib/program/by-name.ts'

const root = (process.env.BITBUILDER_ROOT ?? '').replace(/\/+$/, '')

process.exitCode = runByName(nodeHost(root), argv.slice(2), {
  'tenant-generator': tenantGenerator,
  'mount-generator': mountGenerator,
})
