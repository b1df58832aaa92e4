import type { Reader } from '../host/host.ts'
import { readDisk } from './disk.ts'

export type FileSystem = 'squashfs' | 'erofs'

export interface Image {
  readonly type: FileSystem
  /** Of a disk image, in whose root partition that is: whether it has hashes of dm-verity. */
  readonly disk?: 'plain' | 'verity' | undefined
}

const startsWith = (bytes: Uint8Array, offset: number, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[offset + index] === byte)

const EFI_PART = [0x45, 0x46, 0x49, 0x20, 0x50, 0x41, 0x52, 0x54]
const HEAD = 4096 + EFI_PART.length

/** What file system an image holds, by its superblock; or why it cannot be mounted as one. */
export const readImage = (
  reader: Pick<Reader, 'readBytes' | 'stat'>,
  path: string,
): { readonly image: Image } | { readonly reason: string } => {
  const head = reader.readBytes(path, 0, HEAD)
  // squashfs 4.0: 'hsqs', little endian; erofs: 0xE0F5E1E2 at 1024.
  if (startsWith(head, 0, [0x68, 0x73, 0x71, 0x73])) return { image: { type: 'squashfs' } }
  if (startsWith(head, 1024, [0xe2, 0xe1, 0xf5, 0xe0])) return { image: { type: 'erofs' } }
  // A GUID partition table, with sectors of either size.
  if (startsWith(head, 512, EFI_PART) || startsWith(head, 4096, EFI_PART)) return readDisk(reader, path)
  return { reason: 'is neither squashfs nor erofs' }
}
