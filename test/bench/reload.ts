/** How long a daemon-reload takes in a booted machine, with the generators on either engine and without, in turns. */

import { performance } from 'node:perf_hooks'
import type { Machine } from '../system/machine.ts'
import { type Engine, expectUnits, plantIn, switchTo, withMachine } from './installed.ts'
import { median } from './measure.ts'

export const ENGINES: readonly Engine[] = ['none', 'native', 'portable']

/** Milliseconds. */
export type ByEngine = Readonly<Record<Engine, number>>

export interface Reload {
  readonly tenants: number
  readonly runs: number
  /** Medians of `systemctl daemon-reload` until it returns. */
  readonly whole: ByEngine
  /** What the manager itself says in the journal. Its Generators…Timestamp properties are of the boot, no reload sets them. */
  readonly manager: ByEngine
}

interface One {
  readonly whole: number
  readonly manager: number
}

const reloadOnce = (machine: Machine): One => {
  const before = performance.now()
  machine.must(['systemctl', 'daemon-reload'])
  const whole = performance.now() - before
  const said = machine.journal('--output=cat', '--lines=100', '_PID=1')
  const manager = Number([...said.matchAll(/^Reloading finished in ([0-9]+) ms/gm)].at(-1)?.[1])
  if (!Number.isFinite(manager)) throw new Error(`the manager does not say how long it took:\n${said}`)
  return { whole, manager }
}

/** What `value` makes of each engine's runs. */
export const byEngine = <T>(
  taken: Readonly<Record<Engine, readonly T[]>>,
  value: (all: readonly T[]) => number,
): ByEngine => ({ none: value(taken.none), native: value(taken.native), portable: value(taken.portable) })

const atCount = (machine: Machine, tenants: number, runs: number): Reload => {
  plantIn(machine, tenants)
  const taken: Record<Engine, One[]> = { none: [], native: [], portable: [] }
  for (let round = -1; round < runs; round += 1) {
    for (const engine of ENGINES) {
      switchTo(machine, engine)
      const one = reloadOnce(machine)
      expectUnits(machine, engine === 'none' ? 0 : tenants)
      if (round >= 0) taken[engine].push(one)
    }
  }
  return {
    tenants,
    runs,
    whole: byEngine(taken, (all) => median(all.map(({ whole }) => whole))),
    manager: byEngine(taken, (all) => median(all.map(({ manager }) => manager))),
  }
}

export const measureReloads = (counts: readonly number[], runs: number): Promise<readonly Reload[]> =>
  withMachine((machine) => counts.map((count) => atCount(machine, count, runs)))
