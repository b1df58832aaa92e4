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
import {
  emulatorMark,
  type MachinePart,
  machineEnvironment,
  machinePart,
  machineRuntime,
  machineView,
  unitTemplate,
} from '../layout/paths.ts'
import { environment, escapeSpecifiers, line, plainLine, section, unitNames, words } from '../systemd/unit.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { dropIn, instanceLink, type UnitFile, unitFile, wants } from '../systemd/unit-set.ts'
import type { Disk, Machine } from '../tenant/disk.ts'
import { hasInfra } from '../tenant/memory.ts'
import type { Resources, Tenant } from '../tenant/tenant.ts'
import { showSize } from '../tenant/values.ts'

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

const infraDropIn = ({ source, slice }: Common): string => section('Unit', source) + section('Service', slice)

/** Limits of a container's own. A VM has as many CPUs and as much memory as it was started with. */
const containerLimits = ({ kind, cpu, memory }: Machine): string =>
  kind === 'vm' ? '' : plainLine('CPUQuota', percent(cpu)) + plainLine('MemoryMax', size(memory))

/** Its tree or image to write, the rest to read. What is missing is not bound. */
const bound = (machine: string, kind: Machine['kind'], source: MachinePart): string => {
  const bind = (part: MachinePart): string => `-${machinePart(machine, part)}:${machineView(machine, part)}`
  const parts: readonly MachinePart[] = kind === 'vm' ? ['kernel', 'initrd', 'credentials'] : ['credentials']
  return plainLine('BindPaths', bind(source)) + plainLine('BindReadOnlyPaths', parts.map(bind).join(' '))
}

/** An instance `acme:web` cannot be taken apart by specifiers, so what the template needs of its halves stands here. */
const machineDropIn = (id: string, machine: Machine, { source, slice }: Common): string => {
  const { kind, name, path, form } = machine
  const whole = machineName(id, name)
  const part = form === 'image' ? 'image' : 'tree'
  const settings = environment({
    TENANT_ID: id,
    MACHINE_NAME: whole,
    MACHINE_SOURCE: `--${form}=${machineView(whole, part)}`,
    ...(kind === 'vm' ? { SYSTEMD_VMSPAWN_QEMU_EXTRA: `-pidfile ${emulatorMark(whole)}` } : {}),
  })
  const unit =
    line('Description', `${kind === 'vm' ? 'Machine' : 'Container'} ${name} of tenant ${id}`) +
    source +
    plainLine('BindsTo', tenantService(id)) +
    plainLine('After', tenantService(id)) +
    line('RequiresMountsFor', words([path]))
  const service =
    slice +
    line('Environment', settings) +
    plainLine('EnvironmentFile', `-${machineEnvironment(whole)}`) +
    plainLine('RuntimeDirectory', machineRuntime(whole)) +
    bound(whole, kind, part) +
    containerLimits(machine)
  return section('Unit', unit) + section('Service', service)
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
  if (hasInfra(tenant, disk)) add(infraService(id), 'tenant-infra@.service', infraDropIn(common))
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
