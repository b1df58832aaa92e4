/** The disk that every whole machine starts from: a Debian with its own kernel, built once and kept. */

import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { must, run } from '../run.ts'

const SUITE = 'forky'

const PACKAGES = [
  'systemd',
  'systemd-sysv',
  'systemd-container',
  'systemd-resolved',
  'udev',
  'dbus',
  'nftables',
  'iproute2',
  'procps',
  'squashfs-tools',
  'e2fsprogs',
  'jq',
  'kmod',
  'git',
  'libatomic1',
  'libstdc++6',
  'linux-image-cloud-amd64',
  'initramfs-tools',
] as const

/** All that the initial RAM disk has to do is find the root disk; ext4 is in the kernel. Small, since emulation is slow. */
const INITRD = { 'conf.d/small': 'MODULES=list\nCOMPRESS=zstd\n', modules: 'virtio_blk\n' } as const

/** Outside of the checkout, so that a fresh clone does not build it again. */
const CACHE = '/var/cache/bitbuilder-test'

const KEY = createHash('sha256')
  .update(JSON.stringify([SUITE, PACKAGES, INITRD]))
  .digest('hex')
  .slice(0, 12)

const IMAGE = join(CACHE, `vm-${SUITE}-${KEY}`)

export interface VmImage {
  /** ext4, the whole root with /var and without BitBuilder. */
  readonly root: string
  readonly kernel: string
  readonly initrd: string
}

const files = (dir: string): VmImage => ({
  root: join(dir, 'root.ext4'),
  kernel: join(dir, 'vmlinuz'),
  initrd: join(dir, 'initrd'),
})

/** The mirror that this machine's apt is set up with. */
const mirror = (): string => {
  const sites = must(['apt-get', 'indextargets', '--format', '$(SITE)']).split('\n')
  const site = sites.find((line) => /debian\/?$/.test(line))
  if (site === undefined) throw new Error('apt knows no Debian mirror to build the test machine from')
  return site
}

const bootstrap = (root: string): void => {
  must(
    [
      'mmdebstrap',
      '--variant=minbase',
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Check-Date "false"',
      ...['doc', 'man', 'locale'].map((dir) => `--dpkgopt=path-exclude=/usr/share/${dir}/*`),
      `--include=${PACKAGES.join(',')}`,
      SUITE,
      root,
      mirror(),
    ],
    { timeout: 600 },
  )
}

const build = (dir: string): void => {
  const root = join(dir, 'root')
  bootstrap(root)
  for (const [name, text] of Object.entries(INITRD)) writeFileSync(join(root, 'etc/initramfs-tools', name), text)
  const [version] = readdirSync(join(root, 'usr/lib/modules'))
  if (version === undefined) throw new Error('the root has no kernel')
  must(['chroot', root, 'mkinitramfs', '-o', '/boot/initrd', version])
  const made = files(dir)
  copyFileSync(join(root, 'boot/initrd'), made.initrd)
  copyFileSync(join(root, 'boot', `vmlinuz-${version}`), made.kernel)
  // Neither archives nor what the boot loader would need: every machine copies this.
  rmSync(join(root, 'boot'), { recursive: true })
  must(['chroot', root, 'apt-get', 'clean'])
  must(['mkfs.ext4', '-q', '-d', root, made.root, '2G'])
  rmSync(root, { recursive: true })
}

/** What this needs on this side, and the package that has it. */
const PREREQUISITES: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'mkfs.ext4': 'e2fsprogs',
  'qemu-system-x86_64': 'qemu-system-x86',
  setpriv: 'util-linux',
}

const missing = (): readonly string[] =>
  Object.keys(PREREQUISITES).filter((command) => run(['sh', '-c', 'command -v "$1"', 'sh', command]).status !== 0)

/** Installs what is missing. Throws when something still is: a system test that cannot run has failed. */
const ensurePrerequisites = (): void => {
  if (process.getuid?.() !== 0) throw new Error('the system tests boot machines, run them as root')
  const wanted = missing()
  if (wanted.length === 0) return
  must(['apt-get', 'update'], { timeout: 300 })
  const packages = wanted.map((command) => PREREQUISITES[command] as string)
  must(['apt-get', 'install', '--yes', '--no-install-recommends', ...packages], {
    timeout: 600,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  const still = missing()
  if (still.length > 0) throw new Error(`the system tests need ${still.join(', ')}`)
}

/** Builds the image unless it is there. Another run that builds it at the same time does no harm: the first rename wins. */
export const ensureVmImage = (): VmImage => {
  ensurePrerequisites()
  if (existsSync(IMAGE)) return files(IMAGE)
  mkdirSync(CACHE, { recursive: true })
  const dir = mkdtempSync(join(CACHE, 'building-'))
  try {
    build(dir)
    if (!existsSync(IMAGE)) renameSync(dir, IMAGE)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return files(IMAGE)
}
