/** dist/bitbuilder: the bundle and the pinned Node as one executable, and its names in dist/bin. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { pid } from 'node:process'
import { bundle, licences } from './bundle.mjs'
import { compileEagerly } from './eager-functions.mjs'
import { NODE_PACKAGE, pack, SEA_CONFIG, strippedNode } from './pack.mjs'
import { DIST, EXECUTABLE, PROGRAMS } from './project.mjs'

const replaceFile = (path, content) => {
  writeFileSync(`${path}.${pid}`, content)
  renameSync(`${path}.${pid}`, path)
}

const readIfThere = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

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
  const { code: bundled, packages } = await bundle()
  const code = compileEagerly(bundled)
  const script = `${DIST}/bitbuilder.cjs`
  replaceFile(script, code)
  replaceFile(`${DIST}/LICENSES`, licences(packages, NODE_PACKAGE))
  const inputs = JSON.stringify([code, basename(strippedNode()), SEA_CONFIG])
  const stamp = `${createHash('sha256').update(inputs).digest('hex')}\n`
  if (!existsSync(EXECUTABLE) || readIfThere(`${DIST}/bitbuilder.stamp`) !== stamp) {
    await pack(script, EXECUTABLE)
    replaceFile(`${DIST}/bitbuilder.stamp`, stamp)
    const megabytes = Math.round(statSync(EXECUTABLE).size / 1e6)
    console.log(`build: dist/bitbuilder, ${Math.round(code.length / 1000)} kB in ${megabytes} MB`)
  }
  linkNames()
}
