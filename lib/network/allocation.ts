import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { bridgeName } from '../layout/names.ts'
import { NETWORK_STATE } from '../layout/paths.ts'
import { jsonText } from '../report/json-text.ts'

/** Which tenant has which index: `network.json`. Given out once, and kept when the tenant goes: its addresses may be known elsewhere. */
export type Allocation = ReadonlyMap<string, number>

const LARGEST = 8 << 20

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** Throws HostError when the file is there and cannot be understood: guessing would give an address twice. */
export const readAllocation = (reader: Reader): Allocation => {
  const found = reader.readFile(NETWORK_STATE, LARGEST)
  if (found === undefined) return new Map()
  let tenants: unknown
  try {
    tenants = (JSON.parse(jsonText(found)) as { tenants?: unknown }).tenants
  } catch {
    throw new HostError(NETWORK_STATE, 'is not valid JSON')
  }
  const entries = Object.entries((tenants ?? {}) as Record<string, { index?: unknown }>).map(
    ([id, one]) => [id, one?.index] as const,
  )
  const bad = entries.find(([, index]) => !isIndex(index))
  if (bad !== undefined) throw new HostError(NETWORK_STATE, `tenant '${bad[0]}' has no index`)
  return new Map(entries as (readonly [string, number])[])
}

export const writeAllocation = (host: Host, allocation: Allocation): void => {
  const tenants = Object.fromEntries(
    [...allocation].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, index]) => [id, { index }]),
  )
  host.replaceFile(NETWORK_STATE, `${JSON.stringify({ tenants }, null, 2)}\n`, 0o644)
}

export interface Wish {
  readonly id: string
  /** `network.index` of the registry. */
  readonly pinned: number | undefined
  /** Indexes that other entries of the registry pin: not given to anybody else. */
  readonly reserved: ReadonlySet<number>
  /** The largest index that the pool has. */
  readonly most: number
}

/** The tenant's index; throws HostError with the reason when there is none for it. */
export const allocate = (allocation: Allocation, { id, pinned, reserved, most }: Wish): number => {
  const wanted = pinned ?? allocation.get(id)
  const holder = [...allocation].find(([other, index]) => other !== id && index === wanted)
  if (holder !== undefined)
    throw new HostError(`network.index ${wanted}`, `belongs to tenant '${holder[0]}' already, see ${NETWORK_STATE}`)
  const twin = [...allocation.keys()].find((other) => other !== id && bridgeName(other) === bridgeName(id))
  if (twin !== undefined) throw new HostError(`interface ${bridgeName(id)}`, `belongs to tenant '${twin}' already`)
  if (wanted !== undefined) {
    if (wanted > most)
      throw new HostError(
        `network.index ${wanted}`,
        `is beyond the pool, which has ${most}: see Pool= and TenantPrefix=`,
      )
    return wanted
  }
  const used = new Set(allocation.values())
  for (let index = 1; index <= most; index += 1) {
    if (!used.has(index) && !reserved.has(index)) return index
  }
  throw new HostError(NETWORK_STATE, `all ${most} indexes are given out: see Pool= and TenantPrefix=`)
}
