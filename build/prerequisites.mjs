/** Tools of the machine that the build and the tests run. */

import process, { getuid } from 'node:process'
import { findTool, run } from './run.mjs'

/** The Debian package that has a tool. */
const PACKAGE_OF = {
  dh: 'debhelper',
  'dpkg-buildpackage': 'dpkg-dev',
  'dpkg-deb': 'dpkg',
  fakeroot: 'fakeroot',
  gcc: 'gcc',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  hyperfine: 'hyperfine',
  jq: 'jq',
  lintian: 'lintian',
  'mkfs.erofs': 'erofs-utils',
  'mkfs.ext4': 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  mksquashfs: 'squashfs-tools',
  mmdebstrap: 'mmdebstrap',
  nsenter: 'util-linux',
  pgrep: 'procps',
  'qemu-aarch64-static': 'qemu-user-static',
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-x86_64-static': 'qemu-user-static',
  readelf: 'binutils',
  rpm: 'rpm',
  rpmbuild: 'rpm',
  rpmlint: 'rpmlint',
  scdoc: 'scdoc',
  script: 'bsdutils',
  setfattr: 'attr',
  setpriv: 'util-linux',
  strip: 'binutils',
  'systemd-analyze': 'systemd',
  'systemd-nspawn': 'systemd-container',
  unsquashfs: 'squashfs-tools',
  'x86_64-linux-gnu-gcc': 'gcc-x86-64-linux-gnu',
}

const packageOf = (tool) => PACKAGE_OF[tool] ?? tool

/** Something that a build may do without. */
export class Unavailable extends Error {}

let listsAreFresh = false

const aptGet = (...args) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], { env })
}

/**
 * Sees to it that these are there. What is missing is installed when that is possible (root, apt-get); else throws with
 * the names of the Debian packages that have them.
 * @param {{name: string, debianPackage: string, isThere: () => boolean}[]} things
 */
export const need = (things) => {
  const missing = things.filter(({ isThere }) => !isThere())
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(({ debianPackage }) => debianPackage))]
  const names = missing.map(({ name }) => name).join(', ')
  if (getuid?.() !== 0 || findTool('apt-get') === undefined) {
    throw new Unavailable(`missing: ${names}; install the Debian packages: ${packages.join(' ')}`)
  }
  console.log(`installing ${packages.join(' ')}`)
  try {
    if (!listsAreFresh) aptGet('update')
    listsAreFresh = true
    aptGet('install', '--no-install-recommends', ...packages)
  } catch (error) {
    throw new Unavailable(`missing: ${names}; ${error.message}`)
  }
  const still = missing.filter(({ isThere }) => !isThere())
  if (still.length === 0) return
  throw new Unavailable(`missing after installing ${packages.join(' ')}: ${still.map(({ name }) => name).join(', ')}`)
}

/** @param {...string} names of the tools, as typed */
export const needTools = (...names) =>
  need(names.map((name) => ({ name, debianPackage: packageOf(name), isThere: () => findTool(name) !== undefined })))
