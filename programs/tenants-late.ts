import { TENANTS_TARGET } from '../lib/layout/names.ts'
import type { Main } from '../lib/program/main.ts'
import { queueJobs, reloadManager } from '../lib/program/systemctl.ts'

/** How long a boot may take before we go on all the same, in seconds. */
const PATIENCE_BOOT = 600

/**
 * tenants-late(8): after a boot in which /var came late, one reload lets the generators see it. Never inside the boot:
 * a reload there can cancel jobs such as local-fs.target's.
 */
export const tenantsLate: Main = (host, args) => {
  if (args.length > 0) {
    host.log('error', 'usage: tenants-late')
    return 2
  }
  // A degraded system has booted as well: what matters is that it waited.
  host.run(['systemctl', 'is-system-running', '--wait'], PATIENCE_BOOT)
  reloadManager(host)
  queueJobs(host, 'start', [TENANTS_TARGET])
  return 0
}
