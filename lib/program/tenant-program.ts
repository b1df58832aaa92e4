import type { Host } from '../host/host.ts'
import { isTenantId, TENANT_ID_WORDS } from '../layout/names.ts'
import type { Main } from './main.ts'

/** A program that a unit starts for one tenant: one argument, the id. Exit status 2 for a wrong call. */
export const tenantProgram =
  (name: string, work: (host: Host, id: string) => number): Main =>
  (host, args) => {
    const [id] = args
    if (id === undefined || args.length !== 1 || !isTenantId(id)) {
      host.log('error', `usage: ${name} ID (${TENANT_ID_WORDS})`)
      return 2
    }
    return work(host, id)
  }
