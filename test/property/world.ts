import { mountGenerator } from '../../generators/mount-generator.ts'
import { tenantGenerator } from '../../generators/tenant-generator.ts'
import { type MemoryNode, memoryHost } from '../../lib/host/memory.ts'
import type { Candidate } from './arbitrary.ts'

const REGISTRY = '/var/lib/bitbuilder/tenants.json'

export type Files = Readonly<Record<string, MemoryNode>>

/** The host below all tenants. */
const HOST: Files = {
  '/etc/os-release': 'ID=debian\nVERSION_ID=13\n',
  '/etc/shadow': 'root:secret\n',
  '/usr/bin': { kind: 'directory' },
  '/var/lib/bitbuilder': { kind: 'directory' },
  '/var/lib/tenants/provisioned': { kind: 'directory' },
  // One that is always provisioned: without it, whether /var is late would depend on the tenants.
  '/etc/bitbuilder/tenants.d/provisioned.json': '{"id": "provisioned"}',
}

/** A directory wins over what would lie below a file of that name, and the other way round. */
const put = (files: Record<string, MemoryNode>, path: string, node: MemoryNode): void => {
  for (const known of Object.keys(files))
    if (known === path || known.startsWith(`${path}/`) || path.startsWith(`${known}/`)) return
  files[path] = node
}

/** The tree of these tenants. Those of the registry stand in it in this order. */
export const filesOf = (candidates: readonly Candidate[]): Files => {
  const files: Record<string, MemoryNode> = {}
  const listed = candidates.filter(({ place }) => place === 'registry')
  if (listed.length > 0) files[REGISTRY] = JSON.stringify({ tenants: listed.map(({ entry }) => entry) })
  for (const { id, entry, place, disk } of candidates) {
    if (place !== 'registry') files[`${place}/${id}.json`] = JSON.stringify(entry)
    const own: Record<string, MemoryNode> = {}
    for (const [path, node] of disk) put(own, `/var/lib/tenants/${id}/${path}`, node)
    Object.assign(files, own)
  }
  return { ...HOST, ...files }
}

export interface Outcome {
  readonly files: ReadonlyMap<string, string>
  readonly errors: readonly string[]
  readonly statuses: readonly number[]
}

const runOne = (files: Files, main: typeof tenantGenerator): Outcome => {
  const host = memoryHost({ ...files, '/out': { kind: 'directory' } })
  const status = main(host, ['/out'])
  const errors = host.logged.filter(({ level }) => level === 'error').map(({ line }) => line)
  return { files: new Map(host.tree('/out')), errors, statuses: [status] }
}

/** Both generators. Their outputs have no file in common, or the map would be smaller than the sum; that is checked here. */
export const generate = (files: Files): Outcome => {
  const tenants = runOne(files, tenantGenerator)
  const mounts = runOne(files, mountGenerator)
  const all = new Map([...tenants.files, ...mounts.files])
  if (all.size !== tenants.files.size + mounts.files.size) throw new Error('both generators wrote the same file')
  return {
    files: all,
    errors: [...tenants.errors, ...mounts.errors],
    statuses: [...tenants.statuses, ...mounts.statuses],
  }
}

/** What tenants have, without what is the host's: the one that is always there, and the registry's own unit. */
export const ownFiles = ({ files }: Outcome): ReadonlyMap<string, string> =>
  new Map([...files].filter(([path]) => !/(@|-)provisioned\.(service|slice)|tenants-registry\.service/.test(path)))
