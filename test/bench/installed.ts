/** A booted machine with our generators on both engines, of which one, or none, is switched on. */

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { PRODUCTS } from '../support/engines.ts'
import { ensureImage, needSystemTools } from '../system/image.ts'
import { Machine } from '../system/machine.ts'
import { inProject, OURS } from './executables.ts'
import { hostOf, plantScript } from './tree.ts'

/** The engine that the machine's generators run on; `none`: the machine without them. */
export type Engine = 'native' | 'portable' | 'none'

/** What the package installs of it: static units, and generators, switched on by links. */
const plantGenerators = (dir: string): void => {
  const at = (path: string): string => `${dir}/usr/lib/${path}`
  mkdirSync(at('systemd/system'), { recursive: true })
  for (const [engine, { executable }] of Object.entries(PRODUCTS)) {
    const directory = at(`bitbuilder/${engine}`)
    mkdirSync(directory, { recursive: true })
    copyFileSync(executable, `${directory}/bitbuilder`)
    for (const name of OURS) symlinkSync('bitbuilder', `${directory}/${name}`)
  }
  const units = inProject('packaging/systemd')
  for (const { name } of readdirSync(units, { withFileTypes: true }).filter((entry) => entry.isFile()))
    copyFileSync(`${units}/${name}`, at(`systemd/system/${name}`))
}

export const switchTo = (machine: Machine, engine: Engine): void => {
  const directory = '/etc/systemd/system-generators'
  const links = OURS.map((name) => `${directory}/${name}`)
  machine.must(['mkdir', '-p', directory])
  machine.must(['rm', '-f', ...links])
  if (engine === 'none') return
  for (const name of OURS) machine.must(['ln', '-s', `/usr/lib/bitbuilder/${engine}/${name}`, `${directory}/${name}`])
}

export const plantIn = (machine: Machine, tenants: number): void => {
  machine.must(['sh'], { input: plantScript(hostOf(tenants)) })
}

/** Throws unless the generators that ran last wrote the services of so many tenants. */
export const expectUnits = (machine: Machine, tenants: number): void => {
  const found = Number(machine.must("find /run/systemd/generator -maxdepth 1 -name 'tenant@*.service' | wc -l"))
  if (found !== tenants) throw new Error(`the machine's generators wrote ${found} tenants, expected ${tenants}`)
}

/** `plant` fills a tree that goes over the machine's root, `prepare` is run in it. Throws when no machine can be booted: a figure that is asked for and missing is a failure. */
export const withMachine = async <T>(
  work: (machine: Machine) => T | Promise<T>,
  plant: (tree: string) => void = plantGenerators,
  prepare = '',
): Promise<T> => {
  needSystemTools()
  ensureImage()
  const tree = mkdtempSync('/var/tmp/bitbuilder-bench-')
  plant(tree)
  const machine = new Machine({ tree, prepare })
  try {
    await machine.booted()
    return await work(machine)
  } catch (error) {
    console.error(machine.report())
    throw error
  } finally {
    await machine.stop()
    rmSync(tree, { recursive: true, force: true })
  }
}
