/** What the generators add to a daemon-reload, in a booted machine; with and without them in turns. */

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { ensureImage, needSystemTools } from '../system/image.ts'
import { Machine } from '../system/machine.ts'
import { OURS } from './contenders.ts'
import { inProject } from './empty.ts'
import { median } from './measure.ts'
import { hostOf, plantScript } from './tree.ts'

/** Medians in milliseconds. */
export interface Pair {
  readonly having: number
  readonly lacking: number
}

export interface Reload {
  readonly tenants: number
  readonly runs: number
  /** `systemctl daemon-reload` until it returns. */
  readonly whole: Pair
  /** What the manager itself says in the journal. Its Generators…Timestamp properties are of the boot, no reload sets them. */
  readonly manager: Pair
}

/** What the package installs of it: generators, programs and static units. */
const installedTree = (dir: string): string => {
  const at = (path: string): string => `${dir}/usr/lib/${path}`
  for (const path of ['bitbuilder', 'systemd/system-generators', 'systemd/system'])
    mkdirSync(at(path), { recursive: true })
  copyFileSync(inProject('dist/bitbuilder'), at('bitbuilder/bitbuilder'))
  for (const name of OURS) symlinkSync('../../bitbuilder/bitbuilder', at(`systemd/system-generators/${name}`))
  const units = inProject('packaging/systemd')
  for (const { name } of readdirSync(units, { withFileTypes: true }).filter((entry) => entry.isFile()))
    copyFileSync(`${units}/${name}`, at(`systemd/system/${name}`))
  return dir
}

/** A link to /dev/null hides a generator, systemd.generator(7). */
const toggle = (machine: Machine, on: boolean): void => {
  const masks = OURS.map((name) => `/etc/systemd/system-generators/${name}`)
  machine.must(['mkdir', '-p', '/etc/systemd/system-generators'])
  if (on) machine.must(['rm', '-f', ...masks])
  else for (const mask of masks) machine.must(['ln', '-sf', '/dev/null', mask])
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

const expectUnits = (machine: Machine, tenants: number): void => {
  const found = Number(machine.must("find /run/systemd/generator -maxdepth 1 -name 'tenant@*.service' | wc -l"))
  if (found !== tenants) throw new Error(`the machine's generators wrote ${found} tenants, expected ${tenants}`)
}

const atCount = (machine: Machine, tenants: number, runs: number): Reload => {
  machine.must(['sh'], { input: plantScript(hostOf(tenants)) })
  const taken: Record<'having' | 'lacking', One[]> = { having: [], lacking: [] }
  for (let round = -1; round < runs; round += 1) {
    for (const which of ['having', 'lacking'] as const) {
      toggle(machine, which === 'having')
      const one = reloadOnce(machine)
      expectUnits(machine, which === 'having' ? tenants : 0)
      if (round >= 0) taken[which].push(one)
    }
  }
  const pair = (key: keyof One): Pair => ({
    having: median(taken.having.map((one) => one[key])),
    lacking: median(taken.lacking.map((one) => one[key])),
  })
  return { tenants, runs, whole: pair('whole'), manager: pair('manager') }
}

/** Throws when no machine can be booted: a figure that is asked for and missing is a failure. */
export const measureReloads = async (counts: readonly number[], runs: number): Promise<readonly Reload[]> => {
  needSystemTools()
  ensureImage()
  const tree = installedTree(mkdtempSync('/var/tmp/bitbuilder-bench-'))
  const machine = new Machine({ tree })
  try {
    await machine.booted()
    return counts.map((count) => atCount(machine, count, runs))
  } catch (error) {
    console.error(machine.report())
    throw error
  } finally {
    await machine.stop()
    rmSync(tree, { recursive: true, force: true })
  }
}
