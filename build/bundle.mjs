/** programs/bitbuilder.ts and all it imports, as one text of JavaScript; and the licences that come with it. */

import { readdirSync, readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { checkLazy, lazyModules } from './lazy-modules.mjs'
import { inProject, version } from './project.mjs'

/** @returns {Promise<{code: string, packages: string[]}>} `packages`: names of the packages that went in, sorted */
export const bundle = async () => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: inProject('.'),
    entryPoints: ['programs/bitbuilder.ts'],
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'dist/bitbuilder.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    minify: true,
    legalComments: 'none',
    plugins: [lazyModules],
    // jsonc-parser's CommonJS entry is a UMD wrapper whose requires no bundler can follow.
    mainFields: ['module', 'main'],
    // Packages are built in a copy of the tree where node_modules is a link.
    preserveSymlinks: true,
    logLevel: 'warning',
  })
  checkLazy(metafile.inputs)
  const packages = Object.keys(metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  return { code: outputFiles[0].text, packages: [...new Set(packages.filter((name) => name !== undefined))].sort() }
}

const licenceOf = (name) => {
  const directory = inProject(`node_modules/${name}`)
  const file = readdirSync(directory).find((entry) => /^licen[cs]e(\.|$)/i.test(entry))
  if (file === undefined) throw new Error(`${name}: has no licence file, so it cannot be shipped`)
  const { version: its, license } = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'))
  return { title: `${name} ${its} (${license})`, text: readFileSync(`${directory}/${file}`, 'utf8').trim() }
}

/** The licence texts of all that is inside the executable: ours, the packages', and Node's with all it contains. */
export const licences = (packages, nodePackage) =>
  [
    { title: `bitbuilder ${version} (MIT)`, text: readFileSync(inProject('LICENSE'), 'utf8').trim() },
    ...[...packages, nodePackage].map(licenceOf),
  ]
    .map(({ title, text }) => `${title}\n${'='.repeat(title.length)}\n\n${text}\n`)
    .join('\n\n')
