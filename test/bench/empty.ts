/** The engine with nothing to do: an empty script packed like the product. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pack } from '../../build/pack.mjs'

export const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const DIR = inProject('dist/bench')
export const EMPTY = `${DIR}/empty`

/** Makes dist/bench/empty. */
export const buildEmpty = async (): Promise<void> => {
  mkdirSync(DIR, { recursive: true })
  const script = `${DIR}/empty.cjs`
  writeFileSync(script, '')
  await pack(script, EMPTY)
}
