import { type Part, runProvisioning } from '../git/run.ts'
import { readCurrent } from '../git/state.ts'
import type { Host } from '../host/host.ts'
import { INFRA_MANAGER_SERVICE } from '../layout/names.ts'
import { GUEST, GUEST_DIR, revisionsDir, treesDir } from '../layout/paths.ts'
import { queueJobs } from '../program/systemctl.ts'
import { readOwnRepository } from './self.ts'
import { readApplied } from './state.ts'

/** The directory of a tenant's repository that is the VM's business. */
const OURS = 'infrastructure'

/** The VM runs from the first two already, and the third is for whoever makes it. */
const WITHOUT = ['rootfs', 'disk-image', 'metadata.json']

const PART: Part = {
  share: ({ path = '' }) => ({ path: path === '' ? OURS : `${path}/${OURS}`, without: WITHOUT, mayBeMissing: true }),
  // infra-manager does that.
  settle: () => [],
}

/** A git server sees nothing of the VM's, and its user owns one directory. */
const DIRECTORIES: readonly (readonly [string, number])[] = [
  [GUEST_DIR, 0o755],
  [revisionsDir(GUEST), 0o700],
  [treesDir(GUEST), 0o755],
]

/**
 * One run of git-sync: what the repository has for the VM becomes the current revision, and infra-manager is told. Exit
 * status 1 when there is none.
 */
export const syncRevision = (host: Host): number => {
  const own = readOwnRepository(host)
  if (own === undefined) {
    host.log('info', 'the tenant has no repository, or none that this VM could reach')
    return 0
  }
  for (const [path, mode] of DIRECTORIES) host.makeDirMode(path, mode)
  const status = runProvisioning(host, GUEST, own.repository, own.source, PART)
  const { state, commit } = readApplied(host) ?? {}
  if (commit !== readCurrent(host, GUEST) || state === 'failed')
    queueJobs(host, 'reload-or-restart', [INFRA_MANAGER_SERVICE])
  return status
}
