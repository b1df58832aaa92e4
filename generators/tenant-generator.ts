import { type Generator, runGenerator } from '../lib/program/generator.ts'
import type { Main } from '../lib/program/main.ts'
import { EMPTY_DISK, readDisk } from '../lib/tenant/disk.ts'
import { lateUnits } from '../lib/units/late-units.ts'
import { refusedUnits, registryUnits } from '../lib/units/refused-units.ts'
import { tenantUnits } from '../lib/units/tenant-units.ts'

/** systemd.generator(7): the services, slice and start-up link of each tenant in the registry. */
export const tenantGeneratorPlan: Generator = {
  name: 'tenant-generator',
  tenant: (loaded, { reader, provisioned }) => {
    if (loaded.state === 'elsewhere') return { set: [], problems: [] }
    const { id } = loaded
    if (loaded.state === 'refused') {
      return { set: refusedUnits(id, loaded.definedIn, loaded.enabled, loaded.problems), problems: loaded.problems }
    }
    const disk = provisioned.has(id) ? readDisk(reader, id) : { value: EMPTY_DISK, problems: [] }
    return { set: tenantUnits(loaded.tenant, disk.value), problems: disk.problems }
  },
  besides: ({ registry: { problems } }, late) => ({
    set: [...registryUnits(problems), ...(late ? lateUnits : [])],
    problems,
  }),
}

export const tenantGenerator: Main = (host, args) => runGenerator(host, args, tenantGeneratorPlan)
