import { syncRevision } from '../lib/guest/sync.ts'
import type { Main } from '../lib/program/main.ts'

/** git-sync(8): what the tenant's repository has for its infrastructure VM comes there. Safe to repeat and to kill. */
export const gitSync: Main = (host, args) => {
  if (args.length === 0) return syncRevision(host)
  host.log('error', 'usage: git-sync')
  return 2
}
