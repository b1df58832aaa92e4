import { mayHaveExtensions, readStacks } from '../extensions/stack.ts'
import type { Reader } from '../host/host.ts'
import { MOUNT_DDI } from '../layout/paths.ts'
import { readDisk } from '../tenant/disk.ts'
import { hasInfra } from '../tenant/memory.ts'
import { isProvisioned } from '../tenant/one.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Feature } from './check.ts'

/** What one tenant needs of its host. */
const featuresOf = (reader: Reader, tenant: Tenant): readonly Feature[] => {
  const { id, network, repository, resources } = tenant
  const provisioned = isProvisioned(reader, id)
  const disk = provisioned ? readDisk(reader, id).value : { hasRootfs: false, machines: [] }
  const has = (kind: 'vm' | 'container') => disk.machines.some((machine) => machine.kind === kind)
  const extensions = provisioned && mayHaveExtensions(reader, id)
  const { value: stacks, problems } = extensions ? readStacks(reader, tenant) : { value: [], problems: [] }
  const images = stacks.flatMap(({ layers }) => layers.flatMap(({ image }) => image ?? []))
  const isPrivate = network.mode !== 'none'
  const all: readonly (readonly [Feature, boolean])[] = [
    ['tenants', true],
    ['limits', Object.keys(resources).some((key) => key !== 'storage')],
    ['storage', resources.storage !== undefined],
    ['network', isPrivate],
    ['wireguard', isPrivate && network.wireguard !== undefined],
    ['vxlan', isPrivate && network.vxlan !== undefined],
    ['vlan', isPrivate && network.vlan !== undefined],
    ['repository', repository !== undefined],
    ['signatures', repository?.verify !== undefined],
    ['vm', hasInfra(tenant, disk) || has('vm')],
    ['container', has('container')],
    ['extensions', stacks.length > 0],
    ['images', images.length > 0],
    // Without the helper they are left out.
    [
      'disks',
      images.some(({ disk }) => disk !== undefined) || problems.some(({ message }) => message.includes(MOUNT_DDI)),
    ],
    ['verity', images.some(({ disk }) => disk === 'verity')],
  ]
  return all.filter(([, isNeeded]) => isNeeded).map(([feature]) => feature)
}

/** What tenants need, each with the first one that does. */
export const needsOf = (reader: Reader, tenants: readonly Tenant[]): ReadonlyMap<Feature, string> => {
  const needs = new Map<Feature, string>()
  for (const tenant of tenants)
    for (const feature of featuresOf(reader, tenant)) if (!needs.has(feature)) needs.set(feature, tenant.id)
  return needs
}
