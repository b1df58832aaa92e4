import {
  healthService,
  healthTimer,
  infraService,
  machineName,
  machineService,
  namespaceService,
  networkService,
  TENANTS_TARGET,
  tenantService,
  tenantSlice,
} from '../layout/names.ts'
import { tenantDir, unitTemplate } from '../layout/paths.ts'
import { environment, escapeSpecifiers, line, plainLine, section, unitNames, words } from '../systemd/unit.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { dropIn, instanceLink, type UnitFile, unitFile, wants } from '../systemd/unit-set.ts'
import type { Disk, Machine } from '../tenant/disk.ts'
import { hasInfra, tenantMemory } from '../tenant/memory.ts'
import type { Resources, Tenant } from '../tenant/tenant.ts'
import { formatSize, showSize } from '../tenant/values.ts'

const describe = ({ id, description }: Tenant): string =>
  description === undefined ? `Tenant ${id}` : `Tenant ${id}, ${description}`

/** Lines that more than one file of a tenant has. */
interface Common {
  readonly description: string
  readonly source: string
  readonly slice: string
}

const DOCUMENTATION = line('Documentation', 'man:tenants.json(5)')

/** CPUQuota= counts in percent of one CPU, systemd.resource-control(5). */
const percent = (cpus: number | undefined): string | undefined =>
  cpus === undefined ? undefined : `${Math.round(cpus * 100)}%`

const size = (text: string | undefined): string | undefined => (text === undefined ? undefined : showSize(text))

const limits = ({ cpu, memory, tasks, ioWeight }: Resources): string =>
  plainLine('CPUQuota', percent(cpu)) +
  plainLine('MemoryMax', size(memory)) +
  plainLine('TasksMax', tasks) +
  plainLine('IOWeight', ioWeight)

const slice = ({ description, source }: Common, resources: Resources): string =>
  section('Unit', `${description}${DOCUMENTATION}${source}`) + section('Slice', limits(resources))

const tenantDropIn = ({ description, source, slice }: Common, wanted: readonly string[]): string =>
  section('Unit', `${description}${source}${line('Wants', unitNames(wanted))}`) + section('Service', slice)

const below = (id: string, relative: string | undefined): string | undefined =>
  relative === undefined ? undefined : `${tenantDir(id)}/${relative}`

/** The template splits INFRA_BOOT into words; no path in it needs quoting. */
const infraDropIn = (tenant: Tenant, disk: Disk, { source, slice }: Common): string => {
  const { id, infra, resources } = tenant
  const kernel = below(id, infra.kernel)
  const initrd = below(id, infra.initrd)
  const boot = [
    ...(kernel === undefined ? [] : [`--linux=${kernel}`]),
    ...(initrd === undefined ? [] : [`--initrd=${initrd}`]),
  ]
  // Where nothing is said the template knows.
  const isSaid = infra.memory !== undefined || resources.memory !== undefined
  const memory = isSaid ? tenantMemory(tenant, disk).guests[0]?.memory : undefined
  const settings = environment({
    ...(infra.cpu === undefined ? {} : { INFRA_CPUS: String(infra.cpu) }),
    ...(memory === undefined ? {} : { INFRA_RAM: formatSize(memory) }),
    ...(boot.length === 0 ? {} : { INFRA_BOOT: boot.join(' ') }),
  })
  return section('Unit', source) + section('Service', slice + line('Environment', settings))
}

/** An instance `acme:web` cannot be taken apart by specifiers, so what the template needs of its halves stands here. */
const machineDropIn = (id: string, { kind, name, path, form }: Machine, { source, slice }: Common): string => {
  const settings = environment({
    TENANT_ID: id,
    MACHINE_NAME: machineName(id, name),
    MACHINE_SOURCE: `--${form}=${path}`,
  })
  const unit =
    line('Description', `${kind === 'vm' ? 'Machine' : 'Container'} ${name} of tenant ${id}`) +
    source +
    plainLine('BindsTo', tenantService(id)) +
    plainLine('After', tenantService(id)) +
    line('RequiresMountsFor', words([path]))
  return section('Unit', unit) + section('Service', slice + line('Environment', settings))
}

const TENANT_TEMPLATE = unitTemplate('tenant@.service')
const NETWORK_TEMPLATE = unitTemplate('tenant-network@.service')

const HEALTH_TEMPLATE = unitTemplate('tenant-health@.timer')

/** Everything that tenant-generator writes for one tenant: links to the shipped templates, drop-ins, its slice. */
export const tenantUnits = (tenant: Tenant, disk: Disk, hasHealthCheck: boolean): UnitSet => {
  const { id } = tenant
  const service = tenantService(id)
  const sliceName = tenantSlice(id)
  const common: Common = {
    // One line without control characters, or the entry would have been refused.
    description: plainLine('Description', escapeSpecifiers(describe(tenant))),
    // A place of the search path, and an id.
    source: plainLine('SourcePath', tenant.definedIn),
    slice: plainLine('Slice', sliceName),
  }
  const wanted: string[] = []
  const set: UnitFile[] = [
    unitFile(sliceName, slice(common, tenant.resources)),
    instanceLink(service, TENANT_TEMPLATE),
    instanceLink(networkService(id), NETWORK_TEMPLATE),
  ]
  if (tenant.enabled) set.push(wants(TENANTS_TARGET, service, TENANT_TEMPLATE))
  const add = (name: string, template: string, text: string): void => {
    wanted.push(name)
    set.push(instanceLink(name, unitTemplate(template)), dropIn(name, text))
  }
  if (tenant.network.namespace === true && tenant.network.mode !== 'none') {
    wanted.push(namespaceService(id))
    set.push(instanceLink(namespaceService(id), unitTemplate('netns-tenant@.service')))
  }
  if (hasInfra(tenant, disk)) add(infraService(id), 'tenant-infra@.service', infraDropIn(tenant, disk, common))
  for (const machine of disk.machines) {
    const name = machineService(machine.kind, id, machine.name)
    add(name, `tenant-${machine.kind}@.service`, machineDropIn(id, machine, common))
  }
  if (hasHealthCheck) {
    wanted.push(healthTimer(id))
    set.push(
      instanceLink(healthTimer(id), HEALTH_TEMPLATE),
      dropIn(healthService(id), section('Service', common.slice)),
    )
  }
  set.push(dropIn(service, tenantDropIn(common, wanted)))
  return set
}
