import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReadAt } from '../../../lib/formats/bytes.ts'
import { crc32 } from '../../../lib/formats/crc32.ts'
import { parseGpt, parseMbr } from '../../../lib/formats/gpt.ts'
import { superblocks } from '../../../lib/formats/superblock.ts'
import { parseVerity, rootHash, verityProblem } from '../../../lib/formats/verity.ts'
import { gptImage } from '../../support/gpt-writer.ts'

const reader =
  (bytes: Uint8Array): ReadAt =>
  (offset, length) =>
    bytes.subarray(offset, offset + length)

const sound = gptImage({
  partitions: [
    { type: 'root', label: 'tenant_1.0', content: 'squashfs', flags: ['read-only'] },
    { type: 'home', label: 'Häuser', content: 'ext4', flags: ['grow-fs', 'no-auto'] },
  ],
  protect: 'root',
  sign: true,
})

// https://www.rfc-editor.org/rfc/rfc3720, section B.4, has that of CRC-32C; this is the one of zlib.
test.each([
  ['', 0],
  ['123456789', 0xcbf43926],
])('crc32(%j)', (text, sum) => expect(crc32(Uint8Array.from(Buffer.from(text)))).toBe(sum))

describe('parseGpt', () => {
  test('reads partitions in the order of the table', () => {
    const gpt = parseGpt(reader(sound), sound.length)
    expect(gpt?.problems).toEqual([])
    expect(gpt?.partitions.map(({ number, label, flags }) => [number, label, flags])).toEqual([
      [1, 'tenant_1.0', { readOnly: true, growFs: false, noAuto: false }],
      [2, 'root_1', { readOnly: true, growFs: false, noAuto: false }],
      [3, 'root_1', { readOnly: true, growFs: false, noAuto: false }],
      [4, 'Häuser', { readOnly: false, growFs: true, noAuto: true }],
    ])
  })

  test('leaves the bytes alone that it is given', () => {
    const copy = Uint8Array.from(sound)
    parseGpt(reader(copy), copy.length)
    expect(Buffer.compare(copy, sound)).toBe(0)
  })

  test.each([
    ['a table of 2^32 entries', 512 + 80, 'ffffffff'],
    ['entries of 2^31 bytes', 512 + 84, '00000080'],
    ['entries at the end of time', 512 + 72, 'ffffffffffffffff'],
    ['a header of 4 GiB', 512 + 12, 'ffffffff'],
  ])('does not read %s', (_, offset, hex) => {
    const bytes = Buffer.from(sound)
    Buffer.from(hex, 'hex').copy(bytes, offset)
    // With a checksum that is right again.
    if (hex.length < 10 && offset !== 512 + 12) {
      bytes.writeUInt32LE(0, 512 + 16)
      bytes.writeUInt32LE(crc32(bytes.subarray(512, 512 + 92)), 512 + 16)
    }
    let [most, sum] = [0, 0]
    const gpt = parseGpt((at, length) => {
      most = Math.max(most, length)
      sum += length
      return bytes.subarray(at, at + length)
    }, bytes.length)
    expect(gpt?.partitions).toEqual([])
    expect(gpt?.problems).toHaveLength(1)
    expect(most).toBeLessThan(1 << 20)
    expect(sum).toBeLessThan(1 << 20)
  })

  test('finds something wrong in whatever was changed of it, or nothing that matters', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const bytes = Uint8Array.from(sound)
          for (const [at, byte] of changes) bytes[at] = byte
          const before = parseGpt(reader(sound), sound.length)
          const after = parseGpt(reader(bytes), bytes.length)
          // Checksums cover every byte of both tables; the rest is what lies in the partitions.
          if (after !== undefined && after.problems.length === 0) expect(after.partitions).toEqual(before?.partitions)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('takes bytes for nothing else than they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2048 }), fc.nat(2 ** 40), (bytes, size) => {
        expect(parseGpt(reader(bytes), size)).toBe(undefined)
        expect(superblocks(reader(bytes)).length).toBeLessThan(3)
        parseMbr(reader(bytes))
      }),
    )
  })
})

describe('parseVerity', () => {
  const superblock = (change: (bytes: Buffer) => void): Uint8Array => {
    const bytes = Buffer.alloc(8192)
    bytes.write('verity\0\0')
    bytes.writeUInt32LE(1, 8)
    bytes.writeUInt32LE(1, 12)
    bytes.write('sha256', 32)
    bytes.writeUInt32LE(4096, 64)
    bytes.writeUInt32LE(4096, 68)
    bytes.writeBigUInt64LE(2n, 72)
    change(bytes)
    return bytes
  }

  test.each([
    ['another version', (bytes: Buffer) => bytes.writeUInt32LE(2, 8), 'superblock of version 2'],
    ['hashes of Chromium OS', (bytes: Buffer) => bytes.writeUInt32LE(0, 12), 'hashes of type 0'],
    ['another algorithm', (bytes: Buffer) => bytes.write('sha1\0\0', 32), "hashes of 'sha1'"],
    ['blocks of 4 GiB', (bytes: Buffer) => bytes.writeUInt32LE(0xffffffff, 68), 'impossible block sizes'],
    ['blocks of nothing', (bytes: Buffer) => bytes.writeUInt32LE(0, 64), 'impossible block sizes'],
  ])('refuses %s', (_, change, problem) => {
    const bytes = superblock(change)
    const verity = parseVerity(reader(bytes))
    expect(verity === undefined ? undefined : verityProblem(verity)).toContain(problem)
  })

  test('takes no more salt than there can be', () => {
    const bytes = superblock((one) => one.writeUInt16LE(65535, 80))
    const verity = parseVerity(reader(bytes))
    if (verity === undefined) throw new Error('no superblock')
    expect(verity.salt.length).toBe(256)
    expect(rootHash(verity, reader(bytes), reader(bytes))).toMatch(/^[0-9a-f]{64}$/)
  })
})
