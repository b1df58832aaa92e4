/** The portable executable, dist/bitbuilder: the bundle and the pinned Node in one file, and its names in dist/bin. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { bundle, licences } from './bundle.mjs'
import { compileEagerly } from './eager-functions.mjs'
import { linkNames } from './names.mjs'
import { NODE_PACKAGE, pack, SEA_CONFIG, strippedNode } from './pack.mjs'
import { DIST, EXECUTABLE } from './project.mjs'
import { replaceFile } from './replace-file.mjs'

const readIfThere = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

/** Packs anew only when the bundle, Node or the settings are other than last time. */
export const buildPortable = async () => {
  mkdirSync(DIST, { recursive: true })
  const { files, packages } = await bundle('portable')
  const code = compileEagerly(files[0].code)
  const script = `${DIST}/bitbuilder.cjs`
  replaceFile(script, code)
  replaceFile(`${DIST}/LICENSES`, licences([...packages, NODE_PACKAGE], []))
  const inputs = JSON.stringify([code, basename(strippedNode()), SEA_CONFIG])
  const stamp = `${createHash('sha256').update(inputs).digest('hex')}\n`
  if (!existsSync(EXECUTABLE) || readIfThere(`${DIST}/bitbuilder.stamp`) !== stamp) {
    await pack(script, EXECUTABLE)
    replaceFile(`${DIST}/bitbuilder.stamp`, stamp)
    const megabytes = Math.round(statSync(EXECUTABLE).size / 1e6)
    console.log(`build: dist/bitbuilder, ${Math.round(code.length / 1000)} kB in ${megabytes} MB`)
  }
  linkNames(DIST)
}
