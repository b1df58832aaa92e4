/** A program and all it imports as one text of JavaScript, and the licences that come with it. */

import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'
import { checkLazy, importsToNames, isGroup, lazyModules } from './lazy-modules.mjs'
import { inProject, version } from './project.mjs'

/** What esbuild has to know of an engine. */
const SETTINGS = {
  portable: { platform: 'node', format: 'cjs', target: 'node26' },
  native: {
    platform: 'neutral',
    format: 'esm',
    target: 'es2024',
    splitting: true,
    chunkNames: '[name]-[hash]',
    conditions: ['quickjs'],
    external: ['qjs:*', 'bitbuilder:*'],
  },
}

/** All programs in one: what is made for users. */
export const PROGRAM = 'programs/bitbuilder.ts'

const packagesIn = (inputs) => {
  const names = Object.keys(inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  return [...new Set(names.filter((name) => name !== undefined))].sort()
}

/**
 * @param {'portable' | 'native'} engine
 * @param {string} entry path in the repository
 * @returns {Promise<{files: {name: string, code: string, isLazy: boolean}[], packages: string[]}>} `files`: `main.js`
 *   first, and for the native engine the chunks; `packages`: names of the packages that went in, sorted
 */
export const bundle = async (engine, entry = PROGRAM) => {
  const outdir = 'dist/bundle'
  const { outputFiles, metafile } = await build({
    absWorkingDir: inProject('.'),
    entryPoints: { main: entry },
    outdir,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    legalComments: 'none',
    plugins: [lazyModules(engine)],
    // jsonc-parser's CommonJS entry is a UMD wrapper whose requires no bundler can follow.
    mainFields: ['module', 'main'],
    // Packages are built in a copy of the tree where node_modules is a link.
    preserveSymlinks: true,
    logLevel: 'warning',
    ...SETTINGS[engine],
  })
  if (entry === PROGRAM) checkLazy(engine, metafile.inputs)
  const files = outputFiles.map(({ path, text }) => {
    const name = basename(path)
    return { name, code: importsToNames(text), isLazy: isGroup(metafile.outputs[`${outdir}/${name}`]) }
  })
  const isMain = ({ name }) => name === 'main.js'
  return {
    files: [...files.filter(isMain), ...files.filter((file) => !isMain(file))],
    packages: packagesIn(metafile.inputs),
  }
}

const licenceOf = (name) => {
  const directory = inProject(`node_modules/${name}`)
  const file = readdirSync(directory).find((entry) => /^licen[cs]e(\.|$)/i.test(entry))
  if (file === undefined) throw new Error(`${name}: has no licence file, so it cannot be shipped`)
  const { version: its, license } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'))
  return { title: `${name} ${its} (${license})`, text: readFileSync(`${directory}/${file}`, 'utf8').trim() }
}

/**
 * The licence texts of all that is inside an executable.
 * @param {string[]} packages names of npm packages
 * @param {{title: string, text: string}[]} others what is in it besides us and the packages
 */
export const licences = (packages, others) =>
  [
    { title: `bitbuilder ${version} (MIT)`, text: readFileSync(inProject('LICENSE'), 'utf8').trim() },
    ...packages.map(licenceOf),
    ...others,
  ]
    .map(({ title, text }) => `${title}\n${'='.repeat(title.length)}\n\n${text}\n`)
    .join('\n\n')
