/** A script and the pinned Node as one executable: the portable product, and the bench's empty script. */

import childProcess from 'node:child_process'
import { existsSync, renameSync } from 'node:fs'
import { relative } from 'node:path'
import process, { arch, pid } from 'node:process'
import { DIST, inProject, optionalDependencies } from './project.mjs'
import { findTool, run } from './run.mjs'

/** Node's single-executable settings. Measured: without the code cache a generator takes 30 % more instructions. */
export const SEA_CONFIG = { useCodeCache: true, execArgv: [], execArgvExtension: 'none' }

export const NODE_PACKAGE = `node-linux-${arch}`

/** The pinned Node without its symbols, a quarter smaller; with them where there is no `strip`. */
export const strippedNode = () => {
  const node = inProject(`node_modules/${NODE_PACKAGE}/bin/node`)
  if (!existsSync(node)) throw new Error(`${NODE_PACKAGE} is missing, run 'npm ci'`)
  const strip = findTool('strip')
  if (strip === undefined) {
    console.warn('build: no strip (Debian package binutils): the executable keeps the symbols of Node, 30 MB')
    return node
  }
  const stripped = `${DIST}/node-${optionalDependencies[NODE_PACKAGE]}-${arch}`
  if (existsSync(stripped)) return stripped
  run(strip, ['-o', `${stripped}.${pid}`, node])
  renameSync(`${stripped}.${pid}`, stripped)
  return stripped
}

let seedIsFixed = false

/**
 * Makes Node write the same code cache every time. It depends on a random seed, which only a flag can fix, and pkg
 * calls Node without one (it binds execFile when it is loaded). The seed holds for the making alone.
 */
const fixSeed = () => {
  if (seedIsFixed) return
  seedIsFixed = true
  const { execFile } = childProcess
  childProcess.execFile = (file, [first, ...rest], ...more) =>
    execFile(
      file,
      first === '--experimental-sea-config' ? ['--random-seed=1', first, ...rest] : [first, ...rest],
      ...more,
    )
}

/**
 * @param {string} script absolute path of the script, in dist/
 * @param {string} destination absolute path of the executable
 */
export const pack = async (script, destination) => {
  fixSeed()
  const [{ default: sea }, { log }] = await Promise.all([
    import('@yao-pkg/pkg/lib-es5/sea.js').then((module) => module.default),
    import('@yao-pkg/pkg/lib-es5/log.js').then((module) => module.default),
  ])
  // It tells every step on stdout; a failure comes as an exception.
  log.info = () => {}
  const output = `${destination}.${pid}`
  const target = { nodeRange: 'node26', platform: 'linux', arch, output }
  // It works in a directory that it makes in $TMPDIR, and Node writes the path of `main` into the executable: said
  // relative to there, it is the same wherever this is built.
  process.env.TMPDIR = DIST
  const main = `../${relative(DIST, script)}`
  await sea(script, { targets: [target], nodePath: strippedNode(), seaConfig: { ...SEA_CONFIG, main } })
  renameSync(output, destination)
}
