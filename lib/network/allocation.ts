import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { bridgeName } from '../layout/names.ts'
import { NETWORK_STATE } from '../layout/paths.ts'
import { readStateFile, writeStateFile } from '../tenant/state-file.ts'

/** What a tenant was given, for itself on this host. All but the index only where the registry asks for what needs it. */
export interface Numbers {
  /** Which prefix of the pool. */
  readonly index: number
  /** UDP port of WireGuard. */
  readonly listenPort?: number | undefined
  readonly vni?: number | undefined
  /** VLAN id on `uplink`. */
  readonly vlan?: number | undefined
  readonly uplink?: string | undefined
  /** Of the uplinks when they were last looked at, in bytes. */
  readonly mtu?: number | undefined
}

/** Which tenant has what: `network.json`. Given out once, and kept when the tenant goes: its addresses may be known elsewhere. */
export type Allocation = ReadonlyMap<string, Numbers>

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

const orNothing = (value: unknown): value is number | undefined => value === undefined || isNumber(value)

const isNumbers = (value: unknown): value is Numbers => {
  const { index, listenPort, vni, vlan, uplink, mtu } = (value ?? {}) as Record<string, unknown>
  const isUplink = uplink === undefined || typeof uplink === 'string'
  return isNumber(index) && [listenPort, vni, vlan, mtu].every(orNothing) && isUplink
}

/** Throws HostError when the file is there and cannot be understood. */
export const readAllocation = (reader: Reader): Allocation =>
  readStateFile(reader, NETWORK_STATE, isNumbers, 'has no index, or numbers that are none')

export const writeAllocation = (host: Host, allocation: Allocation): void =>
  writeStateFile(host, NETWORK_STATE, allocation)

const KEYS = ['index', 'listenPort', 'vni', 'vlan', 'uplink', 'mtu'] as const satisfies readonly (keyof Numbers)[]

export const sameNumbers = (one: Numbers | undefined, other: Numbers): boolean =>
  one !== undefined && KEYS.every((key) => one[key] === other[key])

/** What the registry says of a tenant's numbers, as far as it says anything. */
export interface Pins {
  readonly index: number | undefined
  /** Undefined: no WireGuard; null: any port. Likewise the others. */
  readonly listenPort: number | null | undefined
  readonly vni: number | null | undefined
  readonly vlan: number | null | undefined
  readonly uplink: string | undefined
}

export interface Wish {
  readonly id: string
  readonly pins: Pins
  /** What other entries of the registry pin: not given to anybody else. */
  readonly reserved: readonly Pins[]
  /** The largest index that the pool has. */
  readonly most: number
}

/** One kind of number, of which no two tenants have the same. */
interface Kind {
  /** As the registry calls it. */
  readonly words: string
  readonly pinned: number | null | undefined
  readonly kept: number | undefined
  /** The one to take if it is free. */
  readonly derived: number
  readonly least: number
  readonly most: number
  /** Holder by number. */
  readonly taken: ReadonlyMap<number, string>
  readonly reserved: ReadonlySet<number>
  /** What to look at when there are no more. */
  readonly hint: string
}

const pick = ({ words, pinned, kept, derived, least, most, taken, reserved, hint }: Kind): number => {
  const wanted = pinned ?? kept
  const holder = wanted === undefined ? undefined : taken.get(wanted)
  if (holder !== undefined)
    throw new HostError(`${words} ${wanted}`, `belongs to tenant '${holder}' already, see ${NETWORK_STATE}`)
  if (wanted !== undefined) {
    if (wanted > most) throw new HostError(`${words} ${wanted}`, `is beyond the pool, which has ${most}: ${hint}`)
    return wanted
  }
  const isFree = (number: number): boolean => !taken.has(number) && !reserved.has(number)
  if (derived >= least && derived <= most && isFree(derived)) return derived
  for (let number = least; number <= most; number += 1) if (isFree(number)) return number
  throw new HostError(NETWORK_STATE, `all ${most - least + 1} of ${words} are given out: ${hint}`)
}

/** WireGuard's own port is the first tenant's. */
const FIRST_PORT = 51820
/** 1 is the untagged one of most switches. */
const FIRST_VLAN = 2
/** So that ids are not mistaken for those that people give. */
const VLAN_OFFSET = 100

type Key = 'index' | 'listenPort' | 'vni' | 'vlan'

/** The numbers for a tenant; throws HostError with the reason when there are none for it. */
export const allocate = (allocation: Allocation, { id, pins, reserved, most }: Wish): Numbers => {
  const others = [...allocation].filter(([other]) => other !== id)
  const twin = others.find(([other]) => bridgeName(other) === bridgeName(id))?.[0]
  if (twin !== undefined) throw new HostError(`interface ${bridgeName(id)}`, `belongs to tenant '${twin}' already`)
  const own = allocation.get(id)
  const sees = (key: Key, uplink: string | undefined): boolean => key !== 'vlan' || uplink === pins.uplink
  const give = (key: Key, words: string, derived: number, [least, largest]: readonly [number, number], hint: string) =>
    pick({
      words,
      pinned: pins[key],
      kept: own !== undefined && sees(key, own.uplink) ? own[key] : undefined,
      derived,
      least,
      most: largest,
      taken: new Map(
        others.flatMap(([other, numbers]) => {
          const number = sees(key, numbers.uplink) ? numbers[key] : undefined
          return number === undefined ? [] : [[number, other] as const]
        }),
      ),
      reserved: new Set(reserved.flatMap((one) => (sees(key, one.uplink) ? (one[key] ?? []) : []))),
      hint,
    })
  const index = give('index', 'network.index', 0, [1, most], 'see Pool= and TenantPrefix=')
  const ports = [FIRST_PORT, 65535] as const
  const vlans = [FIRST_VLAN, 4094] as const
  return {
    index,
    ...(pins.listenPort === undefined
      ? {}
      : { listenPort: give('listenPort', 'network.wireguard.listenPort', FIRST_PORT - 1 + index, ports, 'give one') }),
    ...(pins.vni === undefined ? {} : { vni: give('vni', 'network.vxlan.vni', index, [1, 16777215], 'give one') }),
    ...(pins.vlan === undefined
      ? {}
      : {
          vlan: give('vlan', `network.vlan.id on ${pins.uplink},`, VLAN_OFFSET + index, vlans, 'give one'),
          uplink: pins.uplink,
        }),
  }
}
