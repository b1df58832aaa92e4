/** A deb and an rpm in dist/, as a distribution would build them. */

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
import { basename } from 'node:path'
import process, { arch } from 'node:process'
import { build } from './executable.mjs'
import { needTools } from './prerequisites.mjs'
import { DIST, inProject, sourceDateEpoch, version } from './project.mjs'
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

/** What has been built already is built once only: the stamp tells the copy's own build that it is up to date. */
const BUILT = ['bitbuilder', 'bitbuilder.cjs', 'bitbuilder.stamp', 'LICENSES']

/** Node's name of an architecture → Debian's. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' }

const isThere = (name) => readdirSync(inProject('.')).includes(name)

/** A copy of the source to build in, so that neither build finds the other's leavings nor leaves its own here. */
const stage = (directory) => {
  mkdirSync(`${directory}/dist`, { recursive: true })
  for (const name of SOURCES.filter(isThere)) cpSync(inProject(name), `${directory}/${name}`, { recursive: true })
  symlinkSync(inProject('node_modules'), `${directory}/node_modules`)
  const nodes = readdirSync(DIST).filter((name) => /^node-[\d.]+-\w+$/.test(name))
  for (const name of [...BUILT, ...nodes]) {
    copyFileSync(`${DIST}/${name}`, `${directory}/dist/${name}`, constants.COPYFILE_FICLONE)
  }
  return directory
}

const environment = () => ({
  ...process.env,
  LC_ALL: 'C.UTF-8',
  SOURCE_DATE_EPOCH: sourceDateEpoch(),
  DEB_BUILD_OPTIONS: 'nocheck noautodbgsym',
})

/** @returns the finished package, below `top` */
const buildDeb = (top) => {
  const source = stage(`${top}/bitbuilder-${version}`)
  cpSync(`${source}/packaging/debian`, `${source}/debian`, { recursive: true })
  // -d: Node comes from npm, not from a package.
  run('dpkg-buildpackage', ['-b', '-d', '-us', '-uc'], { cwd: source, env: environment() })
  return `${top}/bitbuilder_${version}_${ARCHITECTURES[arch]}.deb`
}

/** @returns the finished package, below `top` */
const buildRpm = (top) => {
  const source = stage(`${top}/bitbuilder-${version}`)
  const spec = `${source}/packaging/rpm/bitbuilder.spec`
  const macros = [
    '--define',
    `_topdir ${top}`,
    '--define',
    '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
  ]
  // In place: the source lies there, unpacked. --nodeps: the rpm database of a Debian machine is empty.
  run('rpmbuild', ['-bb', '--build-in-place', '--nodeps', ...macros, spec], { cwd: source, env: environment() })
  const [name] = readdirSync(`${top}/RPMS`)
  return `${top}/RPMS/${name}`
}

/** Each in a directory of its own, so that two builds at the same time do not meet. */
const inOwnDirectory = (make) => {
  const top = mkdtempSync(`${DIST}/package-`)
  try {
    const made = make(top)
    renameSync(made, `${DIST}/${basename(made)}`)
    return basename(made)
  } finally {
    rmSync(top, { recursive: true, force: true })
  }
}

/** `node build.mjs package` */
export const buildPackages = async () => {
  needTools('dpkg-buildpackage', 'dh', 'rpmbuild', 'scdoc', 'strip')
  await build()
  for (const make of [buildDeb, buildRpm]) {
    const started = performance.now()
    const name = inOwnDirectory(make)
    console.log(`package: dist/${name}, ${((performance.now() - started) / 1000).toFixed(0)} s`)
  }
}
