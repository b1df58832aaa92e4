/** The root file system that every machine starts from: a Debian with the newest systemd, built once and kept. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { mirrors } from '../../build/debian.mjs'
import { needTools } from '../../build/prerequisites.mjs'
import { must } from './run.ts'

export const SUITE = 'forky'

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
  'e2fsprogs',
  // Provisioning: keys and signatures.
  'openssh-client',
  'gnupg',
  // Networks.
  'wireguard-tools',
  // Machines: an emulator, and what a tiny initrd is made of.
  'qemu-system-x86',
  'virtiofsd',
  'busybox-static',
  'cpio',
  'linux-image-cloud-amd64',
  'initramfs-tools',
  // Images: building them, booting them, and what tells whether they are right.
  'systemd-repart',
  'systemd-ukify',
  'systemd-boot-efi',
  'systemd-boot-tools',
  'ovmf',
  'cryptsetup-bin',
  'dosfstools',
  'mtools',
  'fdisk',
  'openssl',
  'sq',
  'attr',
  // What an extension is made of.
  'htop',
  'tmux',
  'vim-tiny',
  // Users.
  'systemd-homed',
  'systemd-userdbd',
] as const

/** Outside of the checkout, so that a fresh clone does not build it again. */
export const CACHE = '/var/cache/bitbuilder-test'

const KEY = createHash('sha256')
  .update([SUITE, ...PACKAGES].join(' '))
  .digest('hex')
  .slice(0, 12)

/** An ext4 image: copying a sparse file is quicker than copying a tree, and a tenant's overlay cannot lie on an overlay. */
export const imageFile = join(CACHE, `${SUITE}-${KEY}.ext4`)

/** A Debian of the suite with these packages, in a directory that is made. `more`: options of mmdebstrap(1). */
export const bootstrap = (root: string, packages: readonly string[], ...more: readonly string[]): void => {
  const settings = ['Acquire::Check-Valid-Until "false"', 'Acquire::Check-Date "false"']
  const options = ['--variant=minbase', ...settings.map((setting) => `--aptopt=${setting}`), ...more]
  const [mirror] = mirrors()
  if (mirror === undefined) throw new Error('apt knows no Debian mirror to build the test machine from')
  must(['mmdebstrap', ...options, `--include=${packages.join(',')}`, SUITE, root, mirror], { timeout: 600 })
}

/**
 * What `path` has to be, built by `make` in a directory of its own and moved here unless it is there. Another run that
 * builds it at the same time does no harm: the first one stays.
 */
export const buildCached = (path: string, make: (dir: string) => string): void => {
  if (existsSync(path)) return
  mkdirSync(CACHE, { recursive: true })
  const dir = mkdtempSync(join(CACHE, 'building-'))
  try {
    const made = make(dir)
    if (!existsSync(path)) renameSync(made, path)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const build = (dir: string): string => {
  const [root, image] = [join(dir, 'root'), join(dir, 'image')]
  bootstrap(root, PACKAGES)
  // Neither archives nor lists of packages: every machine copies this.
  must(['chroot', root, 'apt-get', 'clean'])
  must(['mkfs.ext4', '-q', '-d', root, image, '6G'])
  return image
}

export const ensureImage = (): void => buildCached(imageFile, build)

/** What the tests need on this side. What cannot be installed is an error: a system test that cannot run has failed. */
export const needSystemTools = (...more: readonly string[]): void => {
  if (process.getuid?.() !== 0) throw new Error('the system tests boot machines, run them as root')
  needTools('mmdebstrap', 'systemd-nspawn', 'systemd-analyze', 'mkfs.ext4', 'nsenter', 'pgrep', ...more)
}
