import { hasMagic, u32 } from '../../formats/bytes.ts'
import { type Check, guarded } from '../check.ts'
import type { Tree } from '../tree.ts'
import { BOOT } from './rules.ts'

/** Linux/x86 boot protocol: the magic of its header, in the first two sectors. */
const HEADER_AT = 0x202
const HEAD = HEADER_AT + 4

const isKernel = (head: Uint8Array): boolean => hasMagic(head, HEADER_AT, 'HdrS') || hasMagic(head, 0, 'MZ')

/** cpio, and what the kernel unpacks by itself: init/initramfs.c and lib/decompress.c. */
const INITRDS = [
  '070701',
  '070702',
  '\x1f\x8b',
  '\x1f\x9e',
  'BZh',
  '\xfd7zXZ\0',
  '\x28\xb5\x2f\xfd',
  '\x02\x21\x4c\x18',
  '\x89LZO',
  '\x5d\0\0',
] as const

/** Padding between archives. */
const isInitrd = (head: Uint8Array): boolean => INITRDS.some((magic) => hasMagic(head, 0, magic)) || u32(head, 0) === 0

const look = (check: Check, path: string, isOne: (head: Uint8Array) => boolean, what: string): void => {
  const head = guarded(check, BOOT['BOOT-25'], path, () => check.tree.bytes(path, 0, HEAD))
  if (head === undefined || (isOne(head) && head.length > 4)) return
  check.report(
    BOOT['BOOT-25'],
    path,
    `is ${what}`,
    hasMagic(head, 0, 'version https://git-lfs') ? { hint: 'it is a pointer of git-lfs: fetch the file itself' } : {},
  )
}

export const checkKernel = (check: Check, path: string): void =>
  look(check, path, isKernel, 'no kernel, expected a bzImage or a PE file')

export const checkInitrd = (check: Check, path: string): void =>
  look(check, path, isInitrd, 'no initrd, expected cpio, plain or packed')

const KERNEL = /^(?:vmlinuz|vmlinux|linux|bzImage)(?:-.*)?$/
const INITRD = /^(?:initrd|initramfs)(?:[.-].*)?$/

export interface FlatFiles {
  readonly kernels: readonly string[]
  readonly initrds: readonly string[]
}

/** Kernels and initrds in the root of a partition. */
export const flatFiles = (tree: Tree): FlatFiles => {
  const files = tree.entries('').flatMap(({ name, kind }) => (kind === 'file' ? [name] : []))
  return { kernels: files.filter((name) => KERNEL.test(name)), initrds: files.filter((name) => INITRD.test(name)) }
}

/** The scheme that is discouraged, BOOT-26. */
export const checkFlat = ({ report }: Check, { kernels, initrds }: FlatFiles): void => {
  for (const path of [...kernels, ...initrds])
    report(BOOT['BOOT-26'], path, 'is in the root of the partition, where another system has its own', {
      hint: `put it at /TOKEN/VERSION/${kernels.includes(path) ? 'linux' : 'initrd'}, TOKEN as in etc/kernel/entry-token`,
    })
}
