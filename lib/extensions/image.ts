import type { Reader } from '../host/host.ts'

export type ImageType = 'squashfs' | 'erofs'

const startsWith = (bytes: Uint8Array, offset: number, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[offset + index] === byte)

const HEAD = 1028

/** What file system an image holds, by its superblock; or why it cannot be mounted as one. */
export const readImageType = (
  reader: Pick<Reader, 'readBytes'>,
  path: string,
): { readonly type: ImageType } | { readonly reason: string } => {
  const head = reader.readBytes(path, 0, HEAD)
  // squashfs 4.0: 'hsqs', little endian; erofs: 0xE0F5E1E2 at 1024.
  if (startsWith(head, 0, [0x68, 0x73, 0x71, 0x73])) return { type: 'squashfs' }
  if (startsWith(head, 1024, [0xe2, 0xe1, 0xf5, 0xe0])) return { type: 'erofs' }
  if (startsWith(head, 512, [0x45, 0x46, 0x49, 0x20, 0x50, 0x41, 0x52, 0x54]))
    return { reason: 'has a partition table, expected a plain squashfs or erofs' }
  return { reason: 'is neither squashfs nor erofs' }
}
