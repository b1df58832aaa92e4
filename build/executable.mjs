/** dist/bitbuilder: the bundle and the pinned Node as one executable, and its names in dist/bin. */

import childProcess from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import process, { arch, pid } from 'node:process'
import { bundle, licences } from './bundle.mjs'
import { DIST, EXECUTABLE, inProject, optionalDependencies, PROGRAMS } from './project.mjs'
import { findTool, run } from './run.mjs'

/** Node's single-executable settings. Measured with `hyperfine -N`: the code cache makes a start 2 ms faster. */
const SEA_CONFIG = { useCodeCache: true, execArgv: [], execArgvExtension: 'none' }

const NODE_PACKAGE = `node-linux-${arch}`

const replaceFile = (path, content) => {
  writeFileSync(`${path}.${pid}`, content)
  renameSync(`${path}.${pid}`, path)
}

const readIfThere = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

/** The pinned Node without its symbols, a quarter smaller; with them where there is no `strip`. */
const strippedNode = () => {
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

/**
 * Makes Node write the same code cache every time. It depends on a random seed, which only a flag can fix, and pkg
 * calls Node without one (it binds execFile when it is loaded). The seed holds for the making alone.
 */
const fixSeed = () => {
  const { execFile } = childProcess
  childProcess.execFile = (file, [first, ...rest], ...more) =>
    execFile(
      file,
      first === '--experimental-sea-config' ? ['--random-seed=1', first, ...rest] : [first, ...rest],
      ...more,
    )
}

const pack = async (bundled, nodePath) => {
  fixSeed()
  const [{ default: sea }, { log }] = await Promise.all([
    import('@yao-pkg/pkg/lib-es5/sea.js').then((module) => module.default),
    import('@yao-pkg/pkg/lib-es5/log.js').then((module) => module.default),
  ])
  // It tells every step on stdout; a failure comes as an exception.
  log.info = () => {}
  const output = `${EXECUTABLE}.${pid}`
  const target = { nodeRange: 'node26', platform: 'linux', arch, output }
  // It works in a directory that it makes in $TMPDIR, and Node writes the path of `main` into the executable: said
  // relative to there, it is the same wherever this is built.
  process.env.TMPDIR = DIST
  const main = `../${basename(bundled)}`
  await sea(bundled, { targets: [target], nodePath, seaConfig: { ...SEA_CONFIG, main } })
  renameSync(output, EXECUTABLE)
}

const linkNames = () => {
  const directory = `${DIST}/bin`
  mkdirSync(directory, { recursive: true })
  for (const name of ['bitbuilder', ...PROGRAMS]) {
    const link = `${directory}/${name}`
    if (existsSync(link)) continue
    rmSync(link, { force: true })
    symlinkSync('../bitbuilder', link)
  }
}

/** Packs anew only when the bundle, Node or the settings are other than last time. */
export const build = async () => {
  mkdirSync(DIST, { recursive: true })
  const { code, packages } = await bundle()
  const bundled = `${DIST}/bitbuilder.cjs`
  replaceFile(bundled, code)
  replaceFile(`${DIST}/LICENSES`, licences(packages, NODE_PACKAGE))
  const nodePath = strippedNode()
  const inputs = JSON.stringify([code, basename(nodePath), SEA_CONFIG])
  const stamp = `${createHash('sha256').update(inputs).digest('hex')}\n`
  if (!existsSync(EXECUTABLE) || readIfThere(`${DIST}/bitbuilder.stamp`) !== stamp) {
    await pack(bundled, nodePath)
    replaceFile(`${DIST}/bitbuilder.stamp`, stamp)
    const megabytes = Math.round(statSync(EXECUTABLE).size / 1e6)
    console.log(`build: dist/bitbuilder, ${Math.round(code.length / 1000)} kB in ${megabytes} MB`)
  }
  linkNames()
}
