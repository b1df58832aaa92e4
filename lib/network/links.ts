import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { LINKS_DIR, linkRecord } from '../layout/paths.ts'
import { hasInterface } from './networkd.ts'
import type { NetworkPlan, VlanPlan, VxlanPlan } from './plan.ts'

/**
 * Interfaces on an uplink, made with ip(8): networkd would have to be told in the uplink's own file, and then reconfigure
 * what the host itself may hang on. Bounds in seconds.
 */

export interface Link {
  readonly name: string
  /** What makes it, in this order, where there is none. */
  readonly commands: readonly (readonly string[])[]
  /** The key of the registry that asks for it. */
  readonly key: string
  readonly uplink: string | undefined
  /** The kernel's. */
  readonly module: string
}

const PATIENCE = 30
const LARGEST_RECORD = 64 << 10

/** The frame that everybody gets goes to each remote: the entries for the address of zeros, bridge(8). */
const vxlanLink = ({ name, vni, uplink, group, remotes, port }: VxlanPlan, mtu: number): Link => {
  const [first, ...more] = remotes
  const to = group === undefined ? ['remote', first ?? ''] : ['group', group]
  const dev = uplink === undefined ? [] : ['dev', uplink]
  const add = ['ip', 'link', 'add', 'name', name, 'mtu', String(mtu), 'type', 'vxlan', 'id', String(vni)]
  return {
    name,
    commands: [
      [...add, ...to, ...dev, 'dstport', String(port)],
      ...more.map((remote) => ['bridge', 'fdb', 'append', '00:00:00:00:00:00', 'dev', name, 'dst', remote]),
    ],
    key: 'network.vxlan',
    uplink,
    module: 'vxlan',
  }
}

const vlanLink = ({ name, id, uplink }: VlanPlan): Link => ({
  name,
  commands: [['ip', 'link', 'add', 'link', uplink, 'name', name, 'type', 'vlan', 'id', String(id)]],
  key: 'network.vlan',
  uplink,
  module: '8021q',
})

export const stackedLinks = ({ vxlan, vlan, mtu }: NetworkPlan): readonly Link[] => [
  ...(vxlan === undefined ? [] : [vxlanLink(vxlan, mtu)]),
  ...(vlan === undefined ? [] : [vlanLink(vlan)]),
]

/** What a record says of an interface whose making was begun. */
const BEGUN = 'begun\n'

const recordText = ({ commands }: Link): string => `${commands.map((words) => words.join(' ')).join('\n')}\n`

/** What was done to make an interface; undefined where we made none of that name. */
const readRecord = (reader: Reader, name: string): string | undefined =>
  reader.readFile(linkRecord(name), LARGEST_RECORD)?.text

/** Says that an interface is ours: whatever else has such a name, nobody takes it away. */
export const recordLink = (host: Host, name: string, text: string): void => {
  host.makeDir(LINKS_DIR)
  if (readRecord(host, name) !== text) host.replaceFile(linkRecord(name), text, 0o644)
}

const isRecorded = (reader: Reader, name: string): boolean => readRecord(reader, name) !== undefined

/** Whether it was made the way that it would be made now. */
export const isLinkCurrent = (reader: Reader, link: Link): boolean => readRecord(reader, link.name) === recordText(link)

export const deleteLink = (host: Host, name: string): void => {
  if (hasInterface(host, name)) mustRun(host, ['ip', 'link', 'delete', 'dev', name], PATIENCE)
}

/** Throws HostError. Asked for all links before anything is made. */
export const checkUplink = (reader: Reader, { key, uplink }: Link): void => {
  if (uplink === undefined || hasInterface(reader, uplink)) return
  throw new HostError(`${key}.uplink`, `there is no interface '${uplink}' on this host`)
}

/** Throws HostError when there is an interface of that name that we did not make. */
export const refuseForeign = (reader: Reader, name: string): void => {
  if (hasInterface(reader, name) && !isRecorded(reader, name))
    throw new HostError(`interface ${name}`, 'is there already, and not made for the tenant: rename or remove it')
}

/** Makes it, or makes it anew where something about it has changed. Whether there was anything to do. Nothing half-made stays. */
export const ensureLink = (host: Host, link: Link): boolean => {
  const { name, commands, key, module } = link
  if (hasInterface(host, name) && isLinkCurrent(host, link)) return false
  recordLink(host, name, BEGUN)
  deleteLink(host, name)
  try {
    for (const command of commands) mustRun(host, command, PATIENCE)
  } catch (thrown) {
    forgetLink(host, name)
    if (!(thrown instanceof HostError)) throw thrown
    throw new HostError(key, `${thrown.message} (is it taken on this uplink, or the kernel without ${module}?)`)
  }
  recordLink(host, name, recordText(link))
  return true
}

/** Takes away an interface that we made. */
export const forgetLink = (host: Host, name: string): void => {
  if (!isRecorded(host, name)) return
  deleteLink(host, name)
  host.remove(linkRecord(name))
}
