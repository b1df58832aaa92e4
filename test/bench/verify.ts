/** How long `bitbuilder verify` takes for a whole Debian, beside find(1), which does no more than list it. */

import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { needTools } from '../../build/prerequisites.mjs'
import { PRODUCTS } from '../support/engines.ts'
import { bootstrap, buildCached, CACHE, SUITE } from '../system/image.ts'
import { must } from '../system/run.ts'
import { type Contender, measure, type Timing } from './measure.ts'

/** A system with what it is built with: some 30 000 files. */
const PACKAGES = ['systemd', 'systemd-sysv', 'udev', 'git', 'g++', 'perl', 'vim', 'python3', 'linux-headers-amd64']

const KEY = createHash('sha256')
  .update([SUITE, ...PACKAGES].join(' '))
  .digest('hex')
  .slice(0, 12)

/** What a package manager leaves in the places of other file systems. */
const MOUNT_POINTS = ['dev', 'proc', 'run', 'sys']

const build = (dir: string): string => {
  const root = join(dir, 'root')
  needTools('mmdebstrap')
  bootstrap(root, PACKAGES)
  must(['chroot', root, 'apt-get', 'clean'])
  for (const name of MOUNT_POINTS)
    for (const entry of readdirSync(join(root, name))) rmSync(join(root, name, entry), { recursive: true })
  return root
}

export interface Verification {
  /** Files and directories. */
  readonly entries: number
  readonly native: Timing
  readonly portable: Timing
  readonly find: Timing
}

const NAMES = ['native', 'portable', 'find'] as const

export const measureVerification = (runs: number): Verification => {
  const root = join(CACHE, `verify-${SUITE}-${KEY}`)
  buildCached(root, build)
  const contender = (name: string, command: readonly string[]): Contender => ({ name, command, runs, check: () => {} })
  const timings = measure(
    [
      contender('native', [PRODUCTS.native.executable, 'verify', '--as=rootfs', root]),
      contender('portable', [PRODUCTS.portable.executable, 'verify', '--as=rootfs', root]),
      contender('find', ['/usr/bin/find', root]),
    ],
    false,
  )
  const [native, portable, find] = NAMES.map((name) => timings.find((one) => one.name === name) as Timing)
  return {
    entries: must(['find', root]).split('\n').length - 1,
    native: native as Timing,
    portable: portable as Timing,
    find: find as Timing,
  }
}
