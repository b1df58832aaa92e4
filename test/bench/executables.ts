/** What takes part and is made here: ours on both engines, the portable engine with nothing to do, and the program in C. */

import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pack } from '../../build/pack.mjs'
import { needTools } from '../../build/prerequisites.mjs'
import { PRODUCTS } from '../support/engines.ts'
import { must } from '../system/run.ts'

export const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export const OURS = ['tenant-generator', 'mount-generator'] as const

/** Directories of executables that are called by the names of our generators. */
export const NATIVE = inProject('dist/native/bin')
export const PORTABLE = inProject('dist/bin')
export const PLAIN = inProject('dist/bench/plain')

const DIR = inProject('dist/bench')
export const EMPTY = `${DIR}/empty`
export const TIMED = `${DIR}/timed`
const PLAIN_EXECUTABLE = `${DIR}/plain-generator`

const EXECUTABLES = {
  native: PRODUCTS.native.executable,
  portable: PRODUCTS.portable.executable,
  'portable, empty script': EMPTY,
  'plain C': PLAIN_EXECUTABLE,
}

/** Bytes of each executable. */
export const sizes = (): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(EXECUTABLES).map(([name, path]) => [name, statSync(path).size]))

const buildEmpty = async (): Promise<void> => {
  const script = `${DIR}/empty.cjs`
  writeFileSync(script, '')
  await pack(script, EMPTY)
}

/** Optimised and linked as the native executable is. */
const compile = (source: string, output: string): void => {
  must(['gcc', '-O2', '-fPIE', '-static-pie', '-s', '-o', output, inProject(`test/bench/${source}`)])
}

const buildPlain = (): void => {
  compile('plain-generator.c', PLAIN_EXECUTABLE)
  rmSync(PLAIN, { recursive: true, force: true })
  mkdirSync(PLAIN)
  for (const name of OURS) symlinkSync('../plain-generator', `${PLAIN}/${name}`)
}

/** Makes what belongs to the bench in dist/bench; the product has to be built. */
export const buildExecutables = async (): Promise<void> => {
  for (const [verb, path] of [
    ['native', EXECUTABLES.native],
    ['build', EXECUTABLES.portable],
  ] as const) {
    if (!existsSync(path)) throw new Error(`there is no ${path}, run 'node build.mjs ${verb}'`)
  }
  needTools('gcc')
  mkdirSync(DIR, { recursive: true })
  await buildEmpty()
  compile('timed.c', TIMED)
  buildPlain()
}
