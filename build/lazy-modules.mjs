/**
 * Modules that a good run of a generator never needs. In the source they are imported like any other; in the bundle each
 * is evaluated, with all that nobody else imports, at the first call of a function of its.
 */

import { join, relative } from 'node:path'
import { inProject } from './project.mjs'

/** Of what these export, only functions can be imported: esbuild finds "no matching export" for anything else. */
const LAZY = [
  'lib/cli/cli.ts',
  'lib/report/json-source.ts',
  'lib/tenant/zod.ts',
  'programs/setup-tenant-network.ts',
  'programs/teardown-tenant-network.ts',
  'programs/tenant-cleanup.ts',
  'programs/tenant-layers.ts',
  'programs/tenant-manager.ts',
  'programs/tenant-provision.ts',
  'programs/tenants-late.ts',
]

/** It is part of esbuild's message when somebody imports something else. */
const STUB = 'lazy, only its functions can be imported'

const isPlainFunction = (value) => typeof value === 'function' && !/^class\b/.test(String(value))

/** Functions are hoisted, so a stub works before its own module's turn has come. */
const stubOf = async (file) => {
  const exports = await import(inProject(file))
  const names = Object.keys(exports).filter((name) => isPlainFunction(exports[name]))
  return names
    .map((name) => `export function ${name}(...args) { return require('./${file}').${name}(...args) }`)
    .join('\n')
}

/** Throws when a module of the list is not there, or is imported by nobody. `inputs`: those of esbuild's metafile. */
export const checkLazy = (inputs) => {
  const unused = LAZY.filter((file) => !Object.hasOwn(inputs, `${STUB}:${file}`))
  if (unused.length > 0) throw new Error(`build/lazy-modules.mjs: nobody imports ${unused.join(', ')}`)
}

/** A plugin for esbuild. */
export const lazyModules = {
  name: 'lazy-modules',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir, namespace }) => {
      const file = relative(inProject('.'), join(resolveDir, path))
      if (namespace !== 'file' || kind !== 'import-statement' || !LAZY.includes(file)) return undefined
      return { path: file, namespace: STUB }
    })
    onLoad({ filter: /.*/, namespace: STUB }, async ({ path }) => ({
      contents: await stubOf(path),
      resolveDir: inProject('.'),
    }))
  },
}
