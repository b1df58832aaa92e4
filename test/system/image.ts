/** The root file system that every machine starts from: a Debian with the newest systemd, built once and kept. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { needTools } from '../../build/prerequisites.mjs'
import { must } from './run.ts'

const SUITE = 'forky'

export const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'systemd-container',
  'systemd-resolved',
  'udev',
  'dbus',
  'nftables',
  'iproute2',
  'iputils-ping',
  'procps',
  'squashfs-tools',
  'erofs-utils',
  'jq',
  'kmod',
  'git',
  'libatomic1',
  'libstdc++6',
] as const

/** Outside of the checkout, so that a fresh clone does not build it again. */
const CACHE = '/var/cache/bitbuilder-test'

const KEY = createHash('sha256')
  .update([SUITE, ...PACKAGES].join(' '))
  .digest('hex')
  .slice(0, 12)

/** An ext4 image: copying a sparse file is quicker than copying a tree, and a tenant's overlay cannot lie on an overlay. */
export const imageFile = join(CACHE, `${SUITE}-${KEY}.ext4`)

/** The mirror that this machine's apt is set up with. */
export const mirror = (): string => {
  const sites = must(['apt-get', 'indextargets', '--format', '$(SITE)']).split('\n')
  const site = sites.find((line) => /debian\/?$/.test(line))
  if (site === undefined) throw new Error('apt knows no Debian mirror to build the test machine from')
  return site
}

const build = (dir: string): void => {
  const root = join(dir, 'root')
  must(
    [
      'mmdebstrap',
      '--variant=minbase',
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Check-Date "false"',
      `--include=${PACKAGES.join(',')}`,
      SUITE,
      root,
      mirror(),
    ],
    { timeout: 600 },
  )
  // Neither archives nor lists of packages: every machine copies this.
  must(['chroot', root, 'apt-get', 'clean'])
  must(['mkfs.ext4', '-q', '-d', root, join(dir, 'image'), '3G'])
}

/** Builds the image unless it is there. Another run that builds it at the same time does no harm: the last rename wins. */
export const ensureImage = (): void => {
  if (existsSync(imageFile)) return
  mkdirSync(CACHE, { recursive: true })
  const dir = mkdtempSync(join(CACHE, 'building-'))
  try {
    build(dir)
    renameSync(join(dir, 'image'), imageFile)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** What the tests need on this side. What cannot be installed is an error: a system test that cannot run has failed. */
export const needSystemTools = (...more: readonly string[]): void => {
  if (process.getuid?.() !== 0) throw new Error('the system tests boot machines, run them as root')
  needTools('mmdebstrap', 'systemd-nspawn', 'systemd-analyze', 'mkfs.ext4', 'nsenter', 'pgrep', ...more)
}
