import type { Config } from '../config/config.ts'
import { readConfig } from '../config/config.ts'
import type { Reader } from '../host/host.ts'
import { bridgeName } from '../layout/names.ts'
import type { Problem } from '../report/problem.ts'
import { type Disk, readDisk } from '../tenant/disk.ts'
import { tenantMemory } from '../tenant/memory.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { formatSize } from '../tenant/values.ts'
import { type BootFiles, bootOptions, findBootFiles } from './boot-files.ts'
import { machineCredentials } from './credentials.ts'
import { hasFileInside } from './inside.ts'
import { renderNspawn } from './nspawn-settings.ts'
import { type MachinePlace, sizeOf } from './place.ts'
import { readSettings } from './settings.ts'

/** What a machine starts with now, as data. */
export interface MachineStart {
  /** Words of its command line beyond the template's; none holds white space. */
  readonly options: readonly string[]
  /** Its settings file; undefined for a VM. */
  readonly settings: string | undefined
  readonly credentials: Readonly<Record<string, string>>
  /** What a VM on a tree boots; a disk image boots by its own firmware. */
  readonly boot: BootFiles | undefined
  readonly problems: readonly Problem[]
}

const SYSTEMD = 'usr/lib/systemd/systemd'

/** Whether what starts in there says when it is up. The infrastructure VM may have its systemd from the host. */
const hasSystemd = (reader: Reader, { extensions }: Tenant, { kind, path }: MachinePlace): boolean =>
  hasFileInside(reader, path, SYSTEMD) ||
  (kind === 'infra' && extensions.base === 'host' && !hasFileInside(reader, path, 'usr/lib/os-release'))

const yesNo = (value: boolean): string => (value ? 'yes' : 'no')

const containerStart = (reader: Reader, tenant: Tenant, place: MachinePlace): Omit<MachineStart, 'credentials'> => {
  const bridge = tenant.network.mode === 'none' ? undefined : bridgeName(tenant.id)
  const notifies = hasSystemd(reader, tenant, place)
  const { settings, problems } = readSettings(reader, place)
  return {
    options: [`--notify-ready=${yesNo(notifies)}`, ...(bridge === undefined ? [] : [`--network-bridge=${bridge}`])],
    boot: undefined,
    settings: renderNspawn({ id: tenant.id, bridge, notifies, settings }),
    problems,
  }
}

/** Virtual CPUs are whole ones. */
const sizeOptions = (tenant: Tenant, disk: Disk, name: string, cpu: number | undefined): readonly string[] => {
  const memory = tenantMemory(tenant, disk).guests.find((guest) => guest.name === name)?.memory
  return [
    `--cpus=${Math.max(1, Math.ceil(cpu ?? 1))}`,
    ...(memory === undefined ? [] : [`--ram=${formatSize(memory)}`]),
  ]
}

const kvmOptions = (kvm: Config['kvm']): readonly string[] => (kvm === 'auto' ? [] : [`--kvm=${kvm}`])

/** Without the device nobody would ever hear that the guest is up, and the unit would wait until it is killed. */
const readyOptions = (reader: Reader, notifies: boolean): readonly string[] => {
  const vsock = reader.stat('/dev/vhost-vsock') !== undefined
  return [`--vsock=${yesNo(vsock)}`, `--notify-ready=${yesNo(vsock && notifies)}`]
}

const vmStart = (reader: Reader, tenant: Tenant, place: MachinePlace): Omit<MachineStart, 'credentials'> => {
  const { value: config, problems } = readConfig(reader)
  const disk = readDisk(reader, tenant.id).value
  const { name, form } = place
  const said = sizeOf(place, tenant, disk)
  const boot = form === 'image' ? undefined : findBootFiles(reader, tenant, place)
  const notifies = said?.notify ?? (form === 'directory' && hasSystemd(reader, tenant, place))
  return {
    options: [
      ...sizeOptions(tenant, disk, name, said?.cpu),
      ...kvmOptions(config.kvm),
      ...readyOptions(reader, notifies),
      ...(boot === undefined ? [] : bootOptions(boot, place.machine)),
      ...(tenant.network.mode === 'none' ? [] : ['--network-tap']),
    ],
    settings: undefined,
    boot,
    problems,
  }
}

/** Throws HostError when it has nothing that it could boot. */
export const planStart = (reader: Reader, tenant: Tenant, place: MachinePlace): MachineStart => ({
  ...(place.kind === 'container' ? containerStart : vmStart)(reader, tenant, place),
  credentials: machineCredentials(reader, tenant, place),
})
