import { readStack } from '../lib/extensions/stack.ts'
import { type Generator, runGenerator } from '../lib/program/generator.ts'
import type { Main } from '../lib/program/main.ts'
import { readDisk } from '../lib/tenant/disk.ts'
import { mountUnits } from '../lib/units/mount-units.ts'

/** systemd.generator(7): the overlay mounts of each tenant that has extensions. What is wrong with the registry and its entries, tenant-generator says. */
export const mountGeneratorPlan: Generator = {
  name: 'mount-generator',
  tenant: (loaded, { reader, provisioned }) => {
    if (loaded.state !== 'here' || !provisioned.has(loaded.id)) return { set: [], problems: [] }
    const { id, extensions } = loaded.tenant
    const { hasRootfs } = readDisk(reader, id).value
    const stacks = [
      readStack(reader, id, 'sysext', extensions, hasRootfs),
      readStack(reader, id, 'confext', extensions, hasRootfs),
    ]
    return {
      set: mountUnits(
        id,
        stacks.flatMap(({ value }) => value ?? []),
        extensions.mutable,
      ),
      problems: stacks.flatMap(({ problems }) => problems),
    }
  },
  besides: () => ({ set: [], problems: [] }),
}

export const mountGenerator: Main = (host, args) => runGenerator(host, args, mountGeneratorPlan)
