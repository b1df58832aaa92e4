/** The one executable: dispatches on the name it was called by. The build says which engine it gets. */

import { engine } from '#engine'
import { mountGenerator } from '../generators/mount-generator.ts'
import { tenantGenerator } from '../generators/tenant-generator.ts'
import { bitbuilder } from '../lib/cli/cli.ts'
import { runByName } from '../lib/program/by-name.ts'
import { gitSync } from './git-sync.ts'
import { infraManager } from './infra-manager.ts'
import { setupTenantNetwork } from './setup-tenant-network.ts'
import { teardownTenantNetwork } from './teardown-tenant-network.ts'
import { tenantCleanup } from './tenant-cleanup.ts'
import { tenantIsolation } from './tenant-isolation.ts'
import { tenantLayers } from './tenant-layers.ts'
import { tenantMachine } from './tenant-machine.ts'
import { tenantManager } from './tenant-manager.ts'
import { tenantProvision } from './tenant-provision.ts'
import { tenantStorage } from './tenant-storage.ts'
import { tenantsLate } from './tenants-late.ts'
import { varlinkApi } from './varlink-api.ts'

const { host, args, exit } = engine

const status = runByName(host.below(host.env('BITBUILDER_ROOT') ?? ''), args, {
  'git-sync': gitSync,
  'infra-manager': infraManager,
  'mount-generator': mountGenerator,
  'setup-tenant-network': setupTenantNetwork,
  'teardown-tenant-network': teardownTenantNetwork,
  'tenant-cleanup': tenantCleanup,
  'tenant-generator': tenantGenerator,
  'tenant-isolation': tenantIsolation,
  'tenant-layers': tenantLayers,
  'tenant-machine': tenantMachine,
  'tenant-manager': tenantManager,
  'tenant-provision': tenantProvision,
  'tenant-storage': tenantStorage,
  'tenants-late': tenantsLate,
  'varlink-api': varlinkApi,
  bitbuilder,
})

exit(status)
