/** A tenant whose repository has a container `web`, a VM `db` and an infrastructure VM, and an administrator's VM `own`. */

import type { MemoryNode } from '../../../lib/host/memory.ts'

export const ROOT = '/var/lib/tenants/acme'
const COMMIT = 'c'.repeat(40)
export const TREE = '1'.repeat(40)
export const OTHER_TREE = '2'.repeat(40)

export const inRevision = (path: string): string => `${ROOT}/revisions/${COMMIT}/${path}`

const DIRECTORY = { kind: 'directory' } as const

/** `entry`: beside its id, what the registry says. `tree`: the one that the repository has for all. */
export const world = (
  files: Record<string, MemoryNode> = {},
  entry: object = {},
  tree: string = TREE,
): Record<string, MemoryNode> => ({
  '/var/lib/bitbuilder/tenants.json': JSON.stringify({ tenants: [{ id: 'acme', ...entry }] }),
  [`${ROOT}/config`]: { link: `revisions/${COMMIT}` },
  [`${ROOT}/revisions/${COMMIT}.json`]: JSON.stringify({
    commit: COMMIT,
    number: 1,
    path: '',
    trees: { 'containers/web/rootfs': tree, 'machines/db/rootfs': tree, 'infrastructure/rootfs': tree },
  }),
  [`${ROOT}/containers/web`]: DIRECTORY,
  [`${ROOT}/containers/.web.origin`]: '',
  [`${ROOT}/machines/db`]: DIRECTORY,
  [`${ROOT}/machines/own`]: DIRECTORY,
  [`${ROOT}/infra/rootfs`]: DIRECTORY,
  ...files,
})
