/**
 * Modules that a good run of a generator never needs. In the source they are imported like any other; in the bundle each
 * is evaluated, with all that nobody else imports, at the first call of a function of its. In the native executable it is
 * not even read before: a group of them is a chunk of its own.
 */

import { join, relative } from 'node:path'
import { inProject } from './project.mjs'

/**
 * Who needs one module of a group needs most of the others. What several groups import comes into chunks of its own.
 *
 * Of what these export, only functions can be imported: esbuild finds "no matching export" for anything else.
 */
const GROUPS = {
  problems: ['lib/report/json-source.ts', 'lib/tenant/zod.ts'],
  addresses: ['lib/tenant/network-values.ts'],
  names: ['lib/systemd/interface-name.ts'],
  disks: ['lib/extensions/disk.ts'],
  compliance: ['lib/cli/verify-path.ts', 'lib/compliance/verify.ts', 'lib/images/judge.ts', 'lib/templates/comply.ts'],
  command: ['lib/cli/cli.ts'],
  guest: ['programs/git-sync.ts', 'programs/infra-manager.ts', 'programs/varlink-api.ts'],
  provision: ['programs/tenant-provision.ts'],
  tools: [
    'programs/setup-tenant-network.ts',
    'programs/teardown-tenant-network.ts',
    'programs/tenant-cleanup.ts',
    'programs/tenant-isolation.ts',
    'programs/tenant-layers.ts',
    'programs/tenant-machine.ts',
    'programs/tenant-manager.ts',
    'programs/tenant-storage.ts',
    'programs/tenants-late.ts',
  ],
}

/** The same on the small engine alone, with the functions that they export: Node cannot be asked. */
const NATIVE_ONLY = {
  'lib/host/read-input.ts': ['readInput'],
  'lib/host/run-to-end.ts': ['become', 'runToEnd'],
}

const groupsOf = (engine) => (engine === 'native' ? { ...GROUPS, processes: Object.keys(NATIVE_ONLY) } : GROUPS)

/** It is part of esbuild's message when somebody imports something else. */
const STUB = 'lazy, only its functions can be imported'
const GROUP = 'lazy-group'

const isPlainFunction = (value) => typeof value === 'function' && !/^class\b/.test(String(value))

const functionsOf = async (file) => {
  if (Object.hasOwn(NATIVE_ONLY, file)) return NATIVE_ONLY[file]
  const exports = await import(inProject(file))
  return Object.keys(exports).filter((name) => isPlainFunction(exports[name]))
}

/** How a stub gets at its module, as an expression. */
const accessOf = (groups, engine, file) => {
  if (engine === 'portable') return `require('./${file}')`
  const [group, files] = Object.entries(groups).find(([, members]) => members.includes(file))
  return `load(import('${GROUP}:${group}')).m${files.indexOf(file)}`
}

/** Functions are hoisted, so a stub works before its own module's turn has come. */
const stubOf = async (groups, engine, file) => {
  const access = accessOf(groups, engine, file)
  const stubs = (await functionsOf(file)).map(
    (name) => `export function ${name}(...args) { return ${access}.${name}(...args) }`,
  )
  return [...(engine === 'native' ? ["import { load } from 'bitbuilder:linux'"] : []), ...stubs].join('\n')
}

/** Throws when a module of the list is not there, or is imported by nobody. `inputs`: those of esbuild's metafile. */
export const checkLazy = (engine, inputs) => {
  const files = Object.values(groupsOf(engine)).flat()
  const unused = files.filter((file) => !Object.hasOwn(inputs, `${STUB}:${file}`))
  if (unused.length > 0) throw new Error(`build/lazy-modules.mjs: nobody imports ${unused.join(', ')}`)
}

/** Whether an output of esbuild's metafile is what a group became. */
export const isGroup = ({ entryPoint = '' }) => entryPoint.startsWith(`${GROUP}:`)

/** esbuild keeps these apart by an asynchronous import; load() takes the name alone, and waits for nothing. */
export const importsToNames = (code) => code.replace(/\bimport\(("\.\/[^"]+")\)/g, '$1')

/** A plugin for esbuild. */
export const lazyModules = (engine) => {
  const groups = groupsOf(engine)
  const lazy = Object.values(groups).flat()
  const resolveDir = inProject('.')
  return {
    name: 'lazy-modules',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir: from, namespace }) => {
        const file = relative(inProject('.'), join(from, path))
        if (namespace !== 'file' || kind !== 'import-statement' || !lazy.includes(file)) return undefined
        return { path: file, namespace: STUB }
      })
      onLoad({ filter: /.*/, namespace: STUB }, async ({ path }) => ({
        contents: await stubOf(groups, engine, path),
        resolveDir,
      }))
      onResolve({ filter: new RegExp(`^${GROUP}:`) }, ({ path }) => ({
        path: path.slice(GROUP.length + 1),
        namespace: GROUP,
      }))
      onLoad({ filter: /.*/, namespace: GROUP }, ({ path }) => ({
        contents: groups[path].map((file, index) => `export * as m${index} from './${file}'`).join('\n'),
        resolveDir,
      }))
    },
  }
}
