import { applyRevision } from '../lib/guest/apply.ts'
import type { Main } from '../lib/program/main.ts'

/** infra-manager(8): the infrastructure VM becomes what its revision says. Safe to repeat and to kill. */
export const infraManager: Main = (host, args) => {
  if (args.length === 0) return applyRevision(host)
  host.log('error', 'usage: infra-manager')
  return 2
}
