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
import { dirname, join } from 'node:path'
import { imageFile, mirror, needSystemTools, PACKAGES } from '../image.ts'
import { must } from '../run.ts'

const SUITE = 'forky'

const VM_PACKAGES = [...PACKAGES, 'e2fsprogs', 'linux-image-cloud-amd64', 'initramfs-tools'] as const

/** All that the initial RAM disk has to do is find the root disk; ext4 is in the kernel. Small, since emulation is slow. */
const INITRD = { 'conf.d/small': 'MODULES=list\nCOMPRESS=zstd\n', modules: 'virtio_blk\n' } as const

/** Beside the image of the containers. */
const CACHE = dirname(imageFile)

const KEY = createHash('sha256')
  .update(JSON.stringify([SUITE, VM_PACKAGES, INITRD]))
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

const bootstrap = (root: string): void => {
  must(
    [
      'mmdebstrap',
      '--variant=minbase',
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Check-Date "false"',
      ...['doc', 'man', 'locale'].map((dir) => `--dpkgopt=path-exclude=/usr/share/${dir}/*`),
      `--include=${VM_PACKAGES.join(',')}`,
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

/** What this needs on this side beyond what the containers do. */
/** Builds the image unless it is there. Another run that builds it at the same time does no harm: the first one stays. */
export const ensureVmImage = (): VmImage => {
  needSystemTools('qemu-system-x86_64', 'setpriv')
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
