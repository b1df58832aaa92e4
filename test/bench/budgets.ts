/** What was promised against what is: ratios of times of one run. */

import type { Boot } from './boot.ts'
import { EMPTY_NAME, FSTAB, native, original, plain, portable } from './contenders.ts'
import { OURS } from './executables.ts'
import type { Measured } from './inside.ts'
import type { Many } from './many.ts'
import type { Timing } from './measure.ts'
import type { Verification } from './verify.ts'

export interface Budget {
  readonly what: string
  /** Undefined for what is only told. */
  readonly limit: number | undefined
  /** Undefined when this run did not measure it. */
  readonly found: number | undefined
  readonly met: boolean | undefined
}

/** What budgets are computed from. */
export interface Found {
  /** Bytes by name of the executable. */
  readonly sizes: Readonly<Record<string, number>>
  readonly warm: readonly Measured[]
  readonly boots: readonly Boot[]
  readonly many: Many | undefined
  readonly verification: Verification | undefined
}

const timingAt = ({ warm }: Found, tenants: number, name: string): Timing | undefined =>
  warm.find((one) => one.tenants === tenants)?.timings.find((timing) => timing.name === name)

const timeAt = (found: Found, tenants: number, name: string): number | undefined =>
  timingAt(found, tenants, name)?.quarter

const quotient = (above: number | undefined, below: number | undefined): number | undefined =>
  above === undefined || below === undefined ? undefined : above / below

const ratio = (found: Found, tenants: number, above: string, below: string): number | undefined =>
  quotient(timeAt(found, tenants, above), timeAt(found, tenants, below))

const both = (found: Found, tenants: number, naming: (name: string) => string): number | undefined => {
  const [one, other] = OURS.map((name) => timeAt(found, tenants, naming(name)))
  return one === undefined || other === undefined ? undefined : one + other
}

const atMost = (what: string, limit: number, found: number | undefined): Budget => ({
  what: `${what}, at most`,
  limit,
  found,
  met: found === undefined ? undefined : found <= limit,
})

const atLeast = (what: string, limit: number, found: number | undefined): Budget => ({
  what: `${what}, at least`,
  limit,
  found,
  met: found === undefined ? undefined : found >= limit,
})

const told = (what: string, found: number | undefined): Budget => ({ what, limit: undefined, found, met: undefined })

export const numberOf = (tenants: number): string => `${tenants} ${tenants === 1 ? 'tenant' : 'tenants'}`

const few = (found: Found, tenants: number, name: string): readonly Budget[] => [
  atMost(
    `${native(name)}: of portable's time at ${numberOf(tenants)}`,
    1 / 8,
    ratio(found, tenants, native(name), portable(name)),
  ),
  atMost(`${native(name)}: times ${FSTAB} at ${numberOf(tenants)}`, 1, ratio(found, tenants, native(name), FSTAB)),
]

const many = (found: Found, name: string): readonly Budget[] => [
  atMost(
    `${native(name)}: of portable's time at 1000 tenants`,
    1 / 2,
    ratio(found, 1000, native(name), portable(name)),
  ),
  atMost(`${native(name)}: times plain C at 1000 tenants`, 1.5, ratio(found, 1000, native(name), plain(name))),
  // Linear, as far as it is ours: a file in a larger directory costs the kernel more, whoever writes it.
  atMost(
    `${native(name)}: growth from 1000 to 10000 tenants, times that of plain C`,
    1.1,
    quotient(growth(found, native(name)), growth(found, plain(name))),
  ),
  told(`${native(name)}: growth from 1000 to 10000 tenants`, growth(found, native(name))),
  atMost(`${native(name)}: MB of memory at 1000 tenants`, 8, megabytes(timingAt(found, 1000, native(name))?.memory)),
]

const growth = (found: Found, name: string): number | undefined =>
  quotient(timeAt(found, 10000, name), timeAt(found, 1000, name))

const megabytes = (kibibytes: number | undefined): number | undefined =>
  kibibytes === undefined ? undefined : (kibibytes * 1024) / 1e6

const bootGrowth = ({ boots }: Found): number | undefined => {
  const none = boots.find(({ tenants }) => tenants === 0)?.quarter
  return none === undefined ? undefined : none.native - none.none
}

const againstOthers = (found: Found): readonly Budget[] => [
  atLeast(
    'native: both together times faster than both originals at 1000 tenants',
    100,
    quotient(both(found, 1000, original), both(found, 1000, native)),
  ),
  told(
    'portable: both together times faster than both originals at 1000 tenants',
    quotient(both(found, 1000, original), both(found, 1000, portable)),
  ),
  ...OURS.map((name) =>
    atMost(`${portable(name)}: times an empty script at 1 tenant`, 1.3, ratio(found, 1, portable(name), EMPTY_NAME)),
  ),
]

/** What a tenant costs beyond two processes and a unit: its directories, its network by networkd, its filter. */
const started = ({ many }: Found): readonly Budget[] => [
  // Two sandboxes there, three with work in them here.
  atMost('starting 200 tenants: times as many closed services', 3, quotient(many?.ours.took, many?.closed.took)),
  atMost('KiB of PID 1 for each of 200 tenants', 128, quotient(many?.ours.manager, many?.tenants)),
  atMost('KiB of systemd-networkd for each of 200 tenants', 30, quotient(many?.ours.networkd, many?.tenants)),
  atMost('processes of 200 tenants when they are up', 0, many?.processes),
]

/** find(1) only lists: it does not even ask what a file is like. */
const verified = ({ verification }: Found): readonly Budget[] => [
  atMost(
    'native: verifying a Debian, times find over the same tree',
    5,
    quotient(verification?.native.quarter, verification?.find.quarter),
  ),
]

export const budgetsOf = (found: Found): readonly Budget[] => [
  ...[0, 1].flatMap((tenants) => OURS.flatMap((name) => few(found, tenants, name))),
  ...OURS.flatMap((name) => many(found, name)),
  atMost('native executable: MB on disk', 4, (found.sizes.native ?? NaN) / 1e6),
  atMost('boot without tenants: milliseconds that the generator phase grows', 3, bootGrowth(found)),
  ...againstOthers(found),
  ...started(found),
  ...verified(found),
]
