/** What the build knows of the project: where things are, and what the one executable is called. */

import { readFileSync } from 'node:fs'
import { getuid } from 'node:process'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)

/** Absolute path of something in the repository. */
export const inProject = (path) => fileURLToPath(new URL(path, root))

export const DIST = inProject('dist')

/** What is fetched and compiled once. Root's is outside of the checkout, so that a fresh clone need not do it again. */
export const CACHE = getuid() === 0 ? '/var/cache/bitbuilder-build' : inProject('dist/cache')

/** For each engine, where the one executable is, its names in bin/ and the licences of what is in it. */
export const BUILT = { portable: DIST, native: inProject('dist/native') }

/** The portable executable. */
export const EXECUTABLE = inProject('dist/bitbuilder')

const manifest = JSON.parse(readFileSync(inProject('package.json'), 'utf8'))
export const { version, optionalDependencies } = manifest

export const GENERATORS = ['tenant-generator', 'mount-generator']

/** Names of the executable in /usr/lib/bitbuilder. The dispatch is lib/program/by-name.ts. */
export const PROGRAMS = [
  ...GENERATORS,
  'git-sync',
  'infra-manager',
  'setup-tenant-network',
  'teardown-tenant-network',
  'tenant-cleanup',
  'tenant-isolation',
  'tenant-layers',
  'tenant-machine',
  'tenant-manager',
  'tenant-provision',
  'tenant-storage',
  'tenants-late',
  'varlink-api',
]

/** Seconds since 1970 of the newest entry in debian/changelog: what is built from the same source has the same dates. */
export const sourceDateEpoch = () => {
  const changelog = readFileSync(inProject('packaging/debian/changelog'), 'utf8')
  const date = Date.parse(/^ -- .*> {2}(.*)$/m.exec(changelog)?.[1] ?? '')
  if (Number.isNaN(date)) throw new Error('packaging/debian/changelog: no date')
  return String(date / 1000)
}
