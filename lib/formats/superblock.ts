/** What a file system, or what stands in the place of one, begins with. */

import { hasMagic, type ReadAt } from './bytes.ts'

export type Superblock =
  | 'squashfs'
  | 'erofs'
  | 'ext4'
  | 'btrfs'
  | 'xfs'
  | 'f2fs'
  | 'vfat'
  | 'swap'
  | 'luks'
  | 'verity'
  | 'gpt'
  | 'ntfs'
  | 'iso9660'

/** The magic of each and where it is. One of several rows is enough. */
const MAGIC: readonly (readonly [name: Superblock, offset: number, magic: string])[] = [
  ['squashfs', 0, 'hsqs'],
  ['erofs', 1024, '\xe2\xe1\xf5\xe0'],
  // ext2 and ext3 have the same.
  ['ext4', 1080, '\x53\xef'],
  ['btrfs', 65600, '_BHRfS_M'],
  ['xfs', 0, 'XFSB'],
  ['f2fs', 1024, '\x10\x20\xf5\xf2'],
  ['vfat', 54, 'FAT12   '],
  ['vfat', 54, 'FAT16   '],
  ['vfat', 82, 'FAT32   '],
  ['swap', 4086, 'SWAPSPACE2'],
  ['luks', 0, 'LUKS\xba\xbe'],
  ['verity', 0, 'verity\0\0'],
  ['gpt', 512, 'EFI PART'],
  ['gpt', 4096, 'EFI PART'],
  ['ntfs', 3, 'NTFS    '],
  ['iso9660', 32769, 'CD001'],
]

/** Every one that is there: of one file system alone there is one, of two that lie over each other both. */
export const superblocks = (read: ReadAt): readonly Superblock[] => {
  const head = read(0, 4096 + 64)
  const found = MAGIC.filter(([, offset, magic]) =>
    offset + magic.length <= head.length
      ? hasMagic(head, offset, magic)
      : hasMagic(read(offset, magic.length), 0, magic),
  )
  return [...new Set(found.map(([name]) => name))]
}

/** FAT12, which is too small for what UEFI wants. */
export const isFat12 = (read: ReadAt): boolean => hasMagic(read(0, 62), 54, 'FAT12   ')
