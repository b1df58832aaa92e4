/** The disk that every whole machine starts from: a Debian with its own kernel, built once and kept. */

import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap, buildCached, CACHE, needSystemTools, PACKAGES, SUITE } from '../image.ts'
import { must } from '../run.ts'

/** All that the initial RAM disk has to do is find the root disk; ext4 is in the kernel. Small, since emulation is slow. */
const INITRD = { 'conf.d/small': 'MODULES=list\nCOMPRESS=zstd\n', modules: 'virtio_blk\n' } as const

/** Limits of storage hold only here. */
const VM_PACKAGES = [...PACKAGES, 'quota']

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

/** Nobody reads there, and every machine copies the disk. */
const UNREAD = ['doc', 'man', 'locale'].map((dir) => `--dpkgopt=path-exclude=/usr/share/${dir}/*`)

const build = (dir: string): string => {
  const root = join(dir, 'root')
  bootstrap(root, VM_PACKAGES, ...UNREAD)
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
  must(['mkfs.ext4', '-q', '-d', root, made.root, '4G'])
  rmSync(root, { recursive: true })
  return dir
}

export const ensureVmImage = (): VmImage => {
  needSystemTools('qemu-system-x86_64', 'setpriv')
  buildCached(IMAGE, build)
  return files(IMAGE)
}
