/** What is tested: the package that `npm run package` made. */

import { globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { must } from './run.ts'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

/** The newest package for this machine. Throws when there is none: there would be nothing to test. */
export const debFile = (): string => {
  const architecture = must(['dpkg', '--print-architecture']).trim()
  const found = globSync(`${DIST}/bitbuilder_*_${architecture}.deb`)
  const [newest] = found.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  if (newest === undefined) throw new Error(`no package in ${DIST}: npm run package`)
  return newest
}
