/** Every unit, interface and machine name of ours. No other file puts one together. */

import { escapePath, utf8 } from '../systemd/escape.ts'
import { shortenInterfaceName } from '../systemd/interface-name.ts'

/** Goes into unit, machine, path and interface names as it stands; DNS label, lower case, at most 32. */
export const TENANT_ID = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/
export const TENANT_ID_WORDS = 'lower-case letters, digits and inner dashes, at most 32 characters'

/** Ids are asked for again and again, and a regular expression costs more than all else that is asked of an entry. */
const known = new Set<string>()

export const isTenantId = (text: string): boolean => {
  if (known.has(text)) return true
  const isId = TENANT_ID.test(text)
  if (isId) known.add(text)
  return isId
}

/** `tenant@web-1.service`. An id holds nothing that an instance must escape; units read it with %i, never %I, which would turn `-` into `/`. */
export const tenantService = (id: string): string => `tenant@${id}.service`
export const infraService = (id: string): string => `tenant-infra@${id}.service`
export const provisionService = (id: string): string => `tenant-provision@${id}.service`
export const networkService = (id: string): string => `tenant-network@${id}.service`
export const namespaceService = (id: string): string => `netns-tenant@${id}.service`
export const layersService = (id: string): string => `tenant-layers@${id}.service`

export const storageService = (id: string): string => `tenant-storage@${id}.service`

/** The script that says how the tenant is, and what asks it. */
export const healthService = (id: string): string => `tenant-health@${id}.service`
export const healthTimer = (id: string): string => `tenant-health@${id}.timer`

/** Of the infrastructure VM. */
export const GIT_SYNC_SERVICE = 'git-sync.service'
export const INFRA_MANAGER_SERVICE = 'infra-manager.service'
/** One that runs a script of the current revision: `provision`, `health-check`. */
export const scriptService = (name: string): string => `infra-script@${name}.service`

export type MachineKind = 'vm' | 'container'

/** `tenant-vm@acme:web.service`. Neither part can hold a colon. */
export const machineService = (kind: MachineKind, id: string, name: string): string =>
  `tenant-${kind}@${id}:${name}.service`

/** Patterns for systemctl(1) that match every machine of the tenant and no other's. */
export const machinePatterns = (id: string): readonly string[] => [
  machineService('vm', id, '*'),
  machineService('container', id, '*'),
]

/** A pattern for systemctl(1) that matches every instance of the tenant but its machines: no id and no name holds an `@`. */
export const instancePatterns = (id: string): readonly string[] => [
  `tenant@${id}.*`,
  `tenant-*@${id}.*`,
  `netns-tenant@${id}.*`,
]

const MACHINE = /^tenant-(?:infra@[^:/]+|(vm|container)@[^:/]+:([^/.]+))\.service$/

/** What a unit runs. */
export interface MachineUnit {
  readonly kind: MachineKind | 'infra'
  /** Among the tenant's machines: `web`. */
  readonly name: string
}

/** Of `tenant-infra@acme.service`, `tenant-vm@acme:web.service`; undefined for a unit that runs no machine. */
export const machineOf = (unit: string): MachineUnit | undefined => {
  const found = MACHINE.exec(unit)
  if (found === null) return undefined
  const [, kind, name] = found
  return kind === undefined || name === undefined
    ? { kind: 'infra', name: INFRA_MACHINE }
    : { kind: kind as MachineKind, name }
}

export const isMachineUnit = (unit: string): boolean => MACHINE.test(unit)

/** Whose instance a unit is: `acme` of `tenant-vm@acme:web.service`. Undefined for what is none. */
export const tenantOf = (unit: string): string | undefined =>
  /^(?:tenant(?:-[a-z]+)?|netns-tenant)@([^.:]*)/.exec(unit)?.[1]

/** Whether a unit is an instance of this tenant's: `tenant@acme.service`, `tenant-vm@acme:web.service`. */
export const isInstanceOf = (id: string, name: string): boolean => tenantOf(name) === id

/** The alphabet of ids, so that `NAME.ID` is a host name and a machine name. */
export const isMachineName = (text: string): boolean => TENANT_ID.test(text)

/** machined's name, unique on the host: neither part holds a dot. */
export const machineName = (id: string, name: string): string => `${name}.${id}`

/** The name of the infrastructure VM among a tenant's machines; no other may have it. */
export const INFRA_MACHINE = 'infra'

/** `tenant-web\x2d1.slice`. The escape matters: a bare `-` would nest tenant web-1 inside tenant web. */
export const tenantSlice = (id: string): string => `tenant-${id.replaceAll('-', '\\x2d')}.slice`

/** `var-lib-tenants-web\x2d1-sysext.mount`, the only name systemd takes for that mount point. */
export const mountUnit = (mountPoint: string): string => `${escapePath(mountPoint)}.mount`

/** What the units of mounts below a directory start with. No id and no name of ours makes one directory's of another's. */
export const mountPrefix = (directory: string): string => `${escapePath(directory)}-`

/** A pattern for systemctl(1) that matches the mounts below a directory. */
export const mountsPattern = (directory: string): string => `${mountPrefix(directory)}*.mount`

export const TENANTS_TARGET = 'tenants.target'
export const LATE_SERVICE = 'bitbuilder-late.service'
export const REGISTRY_SERVICE = 'tenants-registry.service'

/** IFNAMSIZ less its NUL, netdevice(7). */
const LONGEST_INTERFACE = 15

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** FNV-1a over the UTF-8 bytes, six letters of base 32. */
const hash6 = (text: string): string => {
  let hash = 0x811c9dc5
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  let letters = ''
  for (let shift = 0; shift < 30; shift += 5) letters += BASE32[(hash >>> shift) & 31]
  return letters
}

/**
 * `br-acme`, or `br-verys_x3k9ab` where that would pass 15 characters. The `_` keeps shortened names apart from whole
 * ones: no id holds it. Two ids whose shortened names meet, and then all of them do, are told apart when the index is
 * given out.
 */
const interfaceName = (kind: 'br' | 'wg' | 'vx' | 'vl' | 'vn', id: string): string => {
  const whole = `${kind}-${id}`
  return whole.length <= LONGEST_INTERFACE ? whole : `${kind}-${id.slice(0, 5)}_${hash6(id)}`
}

export const bridgeName = (id: string): string => interfaceName('br', id)
export const wireguardName = (id: string): string => interfaceName('wg', id)
export const vxlanName = (id: string): string => interfaceName('vx', id)
export const vlanName = (id: string): string => interfaceName('vl', id)
/** The host's side of the pair that leads into the tenant's network namespace. */
export const namespaceLinkName = (id: string): string => interfaceName('vn', id)

/** The name the seed gave the bridge; too long for the kernel's first name, fine as a second one. */
export const bridgeAlternativeName = (id: string): string => `br-tenant-${id}`

/** In /run/netns, as netns-tenant@.service makes it. */
export const namespaceName = (id: string): string => `tenant-${id}`

/** What systemd-vmspawn(1) calls the tap of a machine, and systemd-nspawn(1) the host's end of a container's pair, on a bridge. */
export const portName = (kind: MachineKind, id: string, name: string): string =>
  shortenInterfaceName(`${kind === 'vm' ? 'vt' : 'vb'}-${machineName(id, name)}`)
