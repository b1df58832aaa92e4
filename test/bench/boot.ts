/** How long the generator phase of a boot takes, with the generators on either engine and without, in turns. */

import type { Machine } from '../system/machine.ts'
import { type Engine, expectUnits, plantIn, switchTo, withMachine } from './installed.ts'
import { lowerQuartile, median } from './measure.ts'
import { type ByEngine, byEngine, ENGINES } from './reload.ts'

export interface Boot {
  readonly tenants: number
  /** Boots of each. */
  readonly runs: number
  /** Milliseconds from the first generator's start to the last one's end, as PID 1 has it: medians, lower quartiles. */
  readonly generators: ByEngine
  readonly quarter: ByEngine
}

const [START, FINISH] = ['GeneratorsStartTimestampMonotonic', 'GeneratorsFinishTimestampMonotonic'] as const

/** systemctl(1): without a unit, `show` tells of the manager. Microseconds. */
const phase = (machine: Machine): number => {
  const lines = machine.must(['systemctl', 'show', `--property=${START},${FINISH}`]).split('\n')
  const times = Object.fromEntries(lines.map((line) => line.split('=')))
  const took = Number(times[FINISH]) - Number(times[START])
  if (!(took > 0)) throw new Error(`the manager does not say when its generators ran:\n${lines.join('\n')}`)
  return took / 1000
}

const bootOnce = async (machine: Machine, engine: Engine, tenants: number): Promise<number> => {
  switchTo(machine, engine)
  await machine.reboot()
  expectUnits(machine, engine === 'none' ? 0 : tenants)
  return phase(machine)
}

const atCount = async (machine: Machine, tenants: number, runs: number): Promise<Boot> => {
  plantIn(machine, tenants)
  const taken: Record<Engine, number[]> = { none: [], native: [], portable: [] }
  for (let round = 0; round < runs; round += 1) {
    for (const engine of ENGINES) taken[engine].push(await bootOnce(machine, engine, tenants))
  }
  return { tenants, runs, generators: byEngine(taken, median), quarter: byEngine(taken, lowerQuartile) }
}

/** `runs`: boots of each at so many tenants. */
export const measureBoots = (counts: readonly number[], runs: (tenants: number) => number): Promise<readonly Boot[]> =>
  withMachine(async (machine) => {
    const boots: Boot[] = []
    for (const count of counts) boots.push(await atCount(machine, count, runs(count)))
    return boots
  })
