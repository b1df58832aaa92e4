import { logProblems } from '../lib/program/generator.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { enforceStorageLimit } from '../lib/storage/limit.ts'
import { tenantToRun } from '../lib/tenant/one.ts'

/** tenant-storage(8): limits how much a tenant may store, as far as its file system can. Safe to repeat and to kill. */
export const tenantStorage = tenantProgram('tenant-storage', (host, id) => {
  logProblems(host, '', enforceStorageLimit(host, tenantToRun(host, id)))
  return 0
})
