#!/usr/bin/env node
/** Everything that makes something, see `USAGE`. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, argv, execPath, exit, version } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const USAGE = `usage: node build.mjs VERB
  build             the portable executable: dist/bitbuilder, and its names in dist/bin
  native [--architecture=x64|arm64]
                    the native executable: dist/native/bitbuilder, and its names in dist/native/bin;
                    dist/native-ARCHITECTURE/... for another machine
  install [--engine=native|portable] DESTDIR
                    the whole tree, as on an installed host, below DESTDIR
  start             both generators on the shipped example, their units printed and verified
  package [--engine=native|portable] [--output=DIR]
                    a deb and an rpm in dist/, or in DIR
Without --engine the native one is taken, and the portable one where that cannot be made.`

const VERBS = {
  build: { run: async () => (await import('./build/portable.mjs')).buildPortable() },
  native: {
    options: ['architecture'],
    run: async ({ architecture }) => (await import('./build/native.mjs')).buildNative(architecture),
  },
  install: {
    operands: 1,
    options: ['engine'],
    run: async ({ engine }, destdir) => (await import('./build/install.mjs')).install(destdir, engine),
  },
  start: { run: async () => (await import('./build/start.mjs')).start() },
  package: {
    options: ['engine', 'output'],
    run: async ({ engine, output }) => (await import('./build/package.mjs')).buildPackages(engine, output),
  },
}

/** Of each option, what it may be. */
const OPTIONS = { architecture: /^(x64|arm64)$/, engine: /^(native|portable)$/, output: /./ }

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The pinned Node runs this file, whatever Node it was started with: the packing tools refuse old ones. */
const runByPinnedNode = () => {
  const { optionalDependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8'))
  const pinned = optionalDependencies[`node-linux-${arch}`]
  if (version === `v${pinned}`) return
  const { status, error } = spawnSync(here('node_modules/.bin/node'), argv.slice(1), { stdio: 'inherit' })
  if (error !== undefined) fail(`needs Node ${pinned}, which 'npm ci' brings (this is ${execPath}, ${version})`)
  exit(status ?? 1)
}

const fail = (message, status = 1) => {
  console.error(`build.mjs: ${message}`)
  exit(status)
}

/** What to do, or undefined when nobody can tell from this. */
const parse = () => {
  try {
    const options = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' }]))
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const [verb = '', ...operands] = positionals
    if (!Object.hasOwn(VERBS, verb)) return undefined
    const { run, operands: count = 0, options: taken = [] } = VERBS[verb]
    const fits = ([name, value]) => taken.includes(name) && OPTIONS[name].test(value)
    return operands.length === count && Object.entries(values).every(fits) ? () => run(values, ...operands) : undefined
  } catch {
    return undefined
  }
}

const work = parse()
if (work === undefined) {
  console.error(USAGE)
  exit(2)
}
runByPinnedNode()
try {
  await work()
} catch (error) {
  // esbuild has printed its errors with their places. Only a mistake of our own needs its stack.
  if (error.errors !== undefined) fail('programs/bitbuilder.ts cannot be bundled')
  fail(error.name === 'Error' ? error.message : error.stack)
}
