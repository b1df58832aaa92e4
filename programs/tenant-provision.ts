import { runProvisioning } from '../lib/git/run.ts'
import type { Host } from '../lib/host/host.ts'
import { requireDirectory } from '../lib/host/require-directory.ts'
import { TENANTS_DIR, tenantDir } from '../lib/layout/paths.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { tenantToProvision } from '../lib/tenant/one.ts'

/**
 * What every tenant has, parents first, with its mode. The top may be passed through, not listed: networkd, which is not
 * root, has to reach its keys. The rest is root's alone where a guest's files lie.
 */
const DIRECTORIES: readonly (readonly [string, number])[] = [
  ['', 0o711],
  ['/containers', 0o700],
  ['/extensions', 0o755],
  ['/extensions/confext', 0o755],
  ['/extensions/sysext', 0o755],
  ['/homes', 0o700],
  ['/infra', 0o700],
  ['/machines', 0o700],
  ['/network', 0o711],
  ['/overlay', 0o711],
  ['/revisions', 0o700],
  ['/systemd', 0o755],
  ['/trees', 0o700],
]

const makeTree = (host: Host, id: string): void => {
  host.makeDir(TENANTS_DIR)
  for (const [path, mode] of DIRECTORIES) {
    const whole = `${tenantDir(id)}${path}`
    requireDirectory(host, whole)
    host.makeDirMode(whole, mode)
  }
}

/** tenant-provision(8): a tenant's directories, and what is in its git repository. Safe to repeat and to kill at any point. */
export const tenantProvision = tenantProgram('tenant-provision', (host, id) => {
  const { tenant, source } = tenantToProvision(host, id)
  makeTree(host, id)
  return tenant.repository === undefined ? 0 : runProvisioning(host, id, tenant.repository, source)
})
