/** Both generators on the shipped example, the units they write, and what systemd says of them. */

import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { build } from './executable.mjs'
import { installTree } from './install.mjs'
import { DIST, EXECUTABLE, GENERATORS, inProject } from './project.mjs'
import { verifyUnits } from './verify-units.mjs'

const START = `${DIST}/start`
const ROOT = `${START}/root`
const UNITS = `${START}/units`

const EXAMPLES = {
  'packaging/examples/root': '.',
  'packaging/examples/tenants.json': 'var/lib/bitbuilder/tenants.json',
  'packaging/examples/tenants.d': 'etc/bitbuilder/tenants.d',
}

/** A checkout may be writable for a group; the generators trust no such file. */
const protect = (path) => {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return
  chmodSync(path, found.mode & 0o755)
  if (found.isDirectory()) for (const name of readdirSync(path)) protect(join(path, name))
}

const makeRoot = () => {
  rmSync(START, { recursive: true, force: true })
  mkdirSync(UNITS, { recursive: true })
  for (const [from, to] of Object.entries(EXAMPLES)) cpSync(inProject(from), join(ROOT, to), { recursive: true })
  protect(ROOT)
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
  installTree(installed, { manPages: false })
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
  await build()
  makeRoot()
  runGenerators()
  printUnits()
  verify()
}
