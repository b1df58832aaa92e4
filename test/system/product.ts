/** What is tested: the package that `node build.mjs package` made on an engine. */

import { globSync, statSync } from 'node:fs'
import { inject } from 'vitest'
import { digestInDeb, sha256 } from '../package/packages.ts'
import { type Engine, PRODUCTS } from '../support/engines.ts'
import { must } from './run.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly engine: Engine
  }
}

/** The newest package for this machine. Throws when there is none: there would be nothing to test. */
const debOf = (engine: Engine): string => {
  const { packages, command } = PRODUCTS[engine]
  const architecture = must(['dpkg', '--print-architecture']).trim()
  const found = globSync(`${packages}/bitbuilder_*_${architecture}.deb`)
  const [newest] = found.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  if (newest === undefined) throw new Error(`no package in ${packages}: ${command}`)
  return newest
}

/** That of the engine that this run is about. */
export const debFile = (): string => debOf(inject('engine'))

/** Throws when the package of an engine holds another executable: the other one would be tested again. */
export const checkProduct = (engine: Engine): void => {
  const { executable, command } = PRODUCTS[engine]
  if (digestInDeb(debOf(engine)) !== sha256(executable))
    throw new Error(`${debOf(engine)} does not hold ${executable}: ${command}`)
}
