import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inodeTree } from '../../../lib/compliance/image/inode-tree.ts'
import { vfat } from '../../../lib/compliance/image/vfat.ts'
import type { Tree } from '../../../lib/compliance/tree.ts'
import { walk } from '../../../lib/compliance/walk.ts'
import { HostError } from '../../../lib/host/host.ts'

/** FAT12 of 100 clusters: a directory with a file of two clusters in it. */
const volume = (): Uint8Array => {
  const bytes = Buffer.alloc(104 * 512)
  bytes.writeUInt16LE(512, 11)
  bytes[13] = 1
  bytes.writeUInt16LE(1, 14)
  bytes[16] = 1
  bytes.writeUInt16LE(16, 17)
  bytes.writeUInt16LE(104, 19)
  bytes.writeUInt16LE(1, 22)
  const entry = (at: number, name: string, attributes: number, cluster: number, size: number): void => {
    bytes.write(name, at, 11, 'latin1')
    bytes[at + 11] = attributes
    bytes.writeUInt16LE(cluster, at + 26)
    bytes.writeUInt32LE(size, at + 28)
  }
  // Clusters 2 (the end), 3 (then 4), 4 (the end), in 12 bits each.
  Buffer.from('f8ffffff4f00ff0f00', 'hex').copy(bytes, 512)
  entry(1024, 'LOADER     ', 0x10, 2, 0)
  entry(1536, 'ENTRY   TXT', 0, 3, 600)
  bytes.fill('a', 2048, 2048 + 600)
  return bytes
}

const treeOf = (bytes: Uint8Array): Tree =>
  inodeTree(
    'esp',
    vfat((offset, length) => bytes.subarray(offset, offset + length)),
  )

test('a file is read along its clusters', () => {
  const tree = treeOf(volume())
  expect(tree.entries('').map(({ name, kind }) => [name, kind])).toEqual([['LOADER', 'directory']])
  expect(tree.text('LOADER/ENTRY.TXT', 1000)).toBe('a'.repeat(600))
  expect(Buffer.from(tree.bytes('LOADER/ENTRY.TXT', 510, 4)).toString()).toBe('aaaa')
})

/** Places in it that mean something: parameters, table, entries. */
const MEANING = [11, 12, 13, 14, 16, 17, 19, 22, 32, 36, 44, ...Array.from({ length: 9 }, (_, index) => 512 + index)]
const ENTRIES = Array.from({ length: 64 }, (_, index) => [1024 + index, 1536 + index]).flat()

test('one that is damaged is refused, or read to its end', () => {
  const change = fc.tuple(fc.constantFrom(...MEANING, ...ENTRIES), fc.nat(255))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const bytes = volume()
      for (const [at, byte] of changes) bytes[at] = byte
      let count = 0
      try {
        const tree = treeOf(bytes)
        walk(tree, '', {
          visit: (path, { kind, size }) => {
            count += 1
            if (kind === 'file')
              expect(tree.bytes(path, 0, Math.min(size, 1 << 20)).length).toBeLessThanOrEqual(104 * 512)
            return true
          },
          giveUp: () => {},
        })
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(HostError)
      }
      expect(count).toBeLessThan(5000)
    }),
    { numRuns: 1000 },
  )
})
