/** Both generators on the shipped example, the units they write, and what systemd says of them. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import process from 'node:process'
import { plantExample } from './example.mjs'
import { installTree } from './install.mjs'
import { buildPortable } from './portable.mjs'
import { DIST, EXECUTABLE, GENERATORS } from './project.mjs'
import { verifyUnits } from './verify-units.mjs'

const START = `${DIST}/start`
const ROOT = `${START}/root`
const UNITS = `${START}/units`

const makeRoot = () => {
  rmSync(START, { recursive: true, force: true })
  mkdirSync(UNITS, { recursive: true })
  plantExample(ROOT)
}

/** As systemd would run them: three directories; here all three are one. */
const runGenerators = () => {
  const env = { ...process.env, BITBUILDER_ROOT: ROOT }
  for (const name of GENERATORS) {
    const { status } = spawnSync(`${DIST}/bin/${name}`, [UNITS, UNITS, UNITS], { stdio: 'inherit', env })
    if (status !== 0) throw new Error(`${name}: exit status ${status}`)
  }
}

const printUnits = () => {
  const { status } = spawnSync(EXECUTABLE, ['generate', '--root', ROOT], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`bitbuilder generate: exit status ${status}`)
}

const verify = () => {
  const installed = `${START}/installed`
  installTree(installed, { engine: 'portable', manPages: false })
  const verified = verifyUnits(installed, UNITS)
  if ('skipped' in verified) {
    console.log(`\nsystemd-analyze verify: not done, ${verified.skipped}`)
    return
  }
  const { complaints, count, stubs } = verified
  if (complaints !== '') throw new Error(`systemd-analyze verify complains:\n${complaints}`)
  const taken = stubs.length === 0 ? '' : `; not on this machine and taken for there: ${stubs.join(', ')}`
  console.log(`\nsystemd-analyze verify: ${count} files, nothing to complain of${taken}`)
}

/** `node build.mjs start` */
export const start = async () => {
  await buildPortable()
  makeRoot()
  runGenerators()
  printUnits()
  verify()
}
