/** Tools of the machine that the build and the tests run. */

import process, { getuid } from 'node:process'
import { findTool, run } from './run.mjs'

/** The Debian package that has a tool. A name of a tool, or an absolute path of a file. */
const PACKAGE_OF = {
  dh: 'debhelper',
  'dpkg-buildpackage': 'dpkg-dev',
  'dpkg-deb': 'dpkg',
  fakeroot: 'fakeroot',
  hyperfine: 'hyperfine',
  jq: 'jq',
  lintian: 'lintian',
  'mkfs.ext4': 'e2fsprogs',
  mmdebstrap: 'mmdebstrap',
  nsenter: 'util-linux',
  pgrep: 'procps',
  'qemu-system-x86_64': 'qemu-system-x86',
  rpm: 'rpm',
  rpmbuild: 'rpm',
  rpmlint: 'rpmlint',
  scdoc: 'scdoc',
  setpriv: 'util-linux',
  strip: 'binutils',
  'systemd-analyze': 'systemd',
  'systemd-nspawn': 'systemd-container',
}

const packageOf = (tool) => PACKAGE_OF[tool] ?? tool

let listsAreFresh = false

const aptGet = (...args) => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], { env })
}

/**
 * Sees to it that these tools are there. What is missing is installed when that is possible (root, apt-get); else
 * throws with the names of the Debian packages that have them.
 * @param {...string} names of the tools, as typed
 */
export const needTools = (...names) => {
  const missing = names.filter((name) => findTool(name) === undefined)
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(packageOf))]
  if (getuid?.() !== 0 || findTool('apt-get') === undefined) {
    throw new Error(`missing: ${missing.join(', ')}; install the Debian packages: ${packages.join(' ')}`)
  }
  console.log(`installing ${packages.join(' ')}`)
  if (!listsAreFresh) aptGet('update')
  listsAreFresh = true
  aptGet('install', '--no-install-recommends', ...packages)
  const still = missing.filter((name) => findTool(name) === undefined)
  if (still.length > 0) throw new Error(`missing after installing ${packages.join(' ')}: ${still.join(', ')}`)
}
