import {
  infraService,
  machineName,
  machineService,
  networkService,
  TENANTS_TARGET,
  tenantService,
  tenantSlice,
} from '../layout/names.ts'
import { tenantDir, unitTemplate } from '../layout/paths.ts'
import type { Raw, Unit } from '../systemd/unit.ts'
import { environment, raw, unitNames, words } from '../systemd/unit.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { dropIn, instanceLink, unitFile, wants } from '../systemd/unit-set.ts'
import type { Disk, Machine } from '../tenant/disk.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { formatSize } from '../tenant/values.ts'

/** Whether the infrastructure VM is to run. */
const hasInfra = (tenant: Tenant, disk: Disk): boolean => tenant.infra.enabled ?? disk.hasRootfs

const size = (bytes: number | undefined): string | undefined => (bytes === undefined ? undefined : formatSize(bytes))

/** CPUQuota= counts in percent of one CPU, systemd.resource-control(5). */
const percent = (cpus: number | undefined): Raw | undefined =>
  cpus === undefined ? undefined : raw(`${Math.round(cpus * 100)}%`)

const describe = ({ id, description }: Tenant): string =>
  description === undefined ? `Tenant ${id}` : `Tenant ${id}, ${description}`

const slice = (tenant: Tenant): Unit => ({
  sections: {
    Unit: { Description: describe(tenant), Documentation: 'man:tenants.json(5)', SourcePath: tenant.definedIn },
    Slice: {
      CPUQuota: percent(tenant.resources.cpu),
      MemoryMax: size(tenant.resources.memory),
      TasksMax: tenant.resources.tasks,
      IOWeight: tenant.resources.ioWeight,
    },
  },
})

const tenantDropIn = (tenant: Tenant, wanted: readonly string[]): Unit => ({
  sections: {
    Unit: { Description: describe(tenant), SourcePath: tenant.definedIn, Wants: unitNames(wanted) },
    Service: { Slice: tenantSlice(tenant.id) },
  },
})

const below = (id: string, relative: string | undefined): string | undefined =>
  relative === undefined ? undefined : `${tenantDir(id)}/${relative}`

/** The template splits INFRA_BOOT into words; no path in it needs quoting. */
const infraDropIn = ({ id, definedIn, infra }: Tenant): Unit => {
  const kernel = below(id, infra.kernel)
  const initrd = below(id, infra.initrd)
  const boot = [
    ...(kernel === undefined ? [] : [`--linux=${kernel}`]),
    ...(initrd === undefined ? [] : [`--initrd=${initrd}`]),
  ]
  return {
    sections: {
      Unit: { SourcePath: definedIn },
      Service: {
        Slice: tenantSlice(id),
        Environment: environment({
          ...(infra.cpu === undefined ? {} : { INFRA_CPUS: String(infra.cpu) }),
          ...(infra.memory === undefined ? {} : { INFRA_RAM: formatSize(infra.memory) }),
          ...(boot.length === 0 ? {} : { INFRA_BOOT: boot.join(' ') }),
        }),
      },
    },
  }
}

/** An instance `acme:web` cannot be taken apart by specifiers, so what the template needs of its halves stands here. */
const machineDropIn = ({ id, definedIn }: Tenant, { kind, name, path, form }: Machine): Unit => ({
  sections: {
    Unit: {
      Description: `${kind === 'vm' ? 'Machine' : 'Container'} ${name} of tenant ${id}`,
      SourcePath: definedIn,
      BindsTo: tenantService(id),
      After: tenantService(id),
      RequiresMountsFor: words([path]),
    },
    Service: {
      Slice: tenantSlice(id),
      Environment: environment({
        TENANT_ID: id,
        MACHINE_NAME: machineName(id, name),
        MACHINE_SOURCE: `--${form}=${path}`,
      }),
    },
  },
})

/** Everything that tenant-generator writes for one tenant: links to the shipped templates, drop-ins, its slice. */
export const tenantUnits = (tenant: Tenant, disk: Disk): UnitSet => {
  const { id } = tenant
  const infra = hasInfra(tenant, disk)
  const machines = disk.machines.map((machine) => ({ machine, name: machineService(machine.kind, id, machine.name) }))
  const wanted = [...(infra ? [infraService(id)] : []), ...machines.map(({ name }) => name)]
  const tenantTemplate = unitTemplate('tenant@.service')
  return [
    instanceLink(tenantService(id), tenantTemplate),
    dropIn(tenantService(id), tenantDropIn(tenant, wanted)),
    instanceLink(networkService(id), unitTemplate('tenant-network@.service')),
    ...(infra
      ? [
          instanceLink(infraService(id), unitTemplate('tenant-infra@.service')),
          dropIn(infraService(id), infraDropIn(tenant)),
        ]
      : []),
    ...machines.flatMap(({ machine, name }) => [
      instanceLink(name, unitTemplate(`tenant-${machine.kind}@.service`)),
      dropIn(name, machineDropIn(tenant, machine)),
    ]),
    unitFile(tenantSlice(id), slice(tenant)),
    ...(tenant.enabled ? [wants(TENANTS_TARGET, tenantService(id), tenantTemplate)] : []),
  ]
}
