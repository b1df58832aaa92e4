/** A deb and an rpm, as a distribution would build them. */

import {
  constants,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import process, { arch, pid } from 'node:process'
import { buildWith } from './engines.mjs'
import { needTools } from './prerequisites.mjs'
import { CACHE, DIST, inProject, sourceDateEpoch, version } from './project.mjs'
import { run } from './run.mjs'

/** What a source package holds. */
const SOURCES = [
  'build',
  'build.mjs',
  'generators',
  'lib',
  'packaging',
  'programs',
  'templates',
  'LICENSE',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]

/** What of the portable executable has been built already: the stamp tells the copy's own build that it is up to date. */
const PORTABLE = /^(bitbuilder(\.cjs|\.stamp)?|LICENSES|node-[\d.]+-\w+)$/

/** Node's name of an architecture → Debian's. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' }

const isThere = (name) => readdirSync(inProject('.')).includes(name)

/** What takes long is done once only: packing the portable executable, compiling the small engine. */
const stageBuilt = (directory, engine) => {
  if (engine === 'native') {
    const cache = relative(DIST, CACHE)
    if (!cache.startsWith('../')) symlinkSync(CACHE, `${directory}/${cache}`)
    return
  }
  for (const name of readdirSync(DIST).filter((entry) => PORTABLE.test(entry))) {
    copyFileSync(`${DIST}/${name}`, `${directory}/${name}`, constants.COPYFILE_FICLONE)
  }
}

/** A copy of the source to build in, so that neither build finds the other's leavings nor leaves its own here. */
const stage = (directory, engine) => {
  mkdirSync(`${directory}/dist`, { recursive: true })
  // Links of a template lead where they lead in a machine.
  const options = { recursive: true, verbatimSymlinks: true }
  for (const name of SOURCES.filter(isThere)) cpSync(inProject(name), `${directory}/${name}`, options)
  symlinkSync(inProject('node_modules'), `${directory}/node_modules`)
  stageBuilt(`${directory}/dist`, engine)
  return directory
}

const environment = (engine) => ({
  ...process.env,
  LC_ALL: 'C.UTF-8',
  SOURCE_DATE_EPOCH: sourceDateEpoch(),
  DEB_BUILD_OPTIONS: 'nocheck noautodbgsym',
  DEB_BUILD_PROFILES: engine === 'portable' ? 'pkg.bitbuilder.portable' : '',
})

/** @returns the finished package, below `top` */
const buildDeb = (top, engine) => {
  const source = stage(`${top}/bitbuilder-${version}`, engine)
  cpSync(`${source}/packaging/debian`, `${source}/debian`, { recursive: true })
  // -d: Node comes from npm, and the sources of the small engine from wherever they are.
  run('dpkg-buildpackage', ['-b', '-d', '-us', '-uc'], { cwd: source, env: environment(engine) })
  return `${top}/bitbuilder_${version}_${ARCHITECTURES[arch]}.deb`
}

/** @returns the finished package, below `top` */
const buildRpm = (top, engine) => {
  const source = stage(`${top}/bitbuilder-${version}`, engine)
  const spec = `${source}/packaging/rpm/bitbuilder.spec`
  const macros = [
    '--define',
    `_topdir ${top}`,
    '--define',
    '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
  ]
  // In place: the source lies there, unpacked. --nodeps: the rpm database of a Debian machine is empty.
  const flags = ['-bb', '--build-in-place', '--nodeps', ...(engine === 'portable' ? ['--with', 'portable'] : [])]
  run('rpmbuild', [...flags, ...macros, spec], { cwd: source, env: environment(engine) })
  const [name] = readdirSync(`${top}/RPMS`)
  return `${top}/RPMS/${name}`
}

/** Each in a directory of its own, so that two builds at the same time do not meet. @returns its path in `output` */
const inOwnDirectory = (make, engine, output) => {
  const top = mkdtempSync(`${DIST}/package-`)
  try {
    const made = make(top, engine)
    const destination = join(output, basename(made))
    copyFileSync(made, `${destination}.${pid}`)
    renameSync(`${destination}.${pid}`, destination)
    return destination
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
}

/** `node build.mjs package` */
export const buildPackages = async (wanted, directory = DIST) => {
  needTools('dpkg-buildpackage', 'dh', 'rpmbuild', 'scdoc', 'strip')
  const engine = await buildWith(wanted)
  const output = resolve(directory)
  mkdirSync(output, { recursive: true })
  for (const make of [buildDeb, buildRpm]) {
    const started = performance.now()
    const path = inOwnDirectory(make, engine, output)
    console.log(`package: ${relative('.', path)}, ${engine}, ${((performance.now() - started) / 1000).toFixed(0)} s`)
  }
}
