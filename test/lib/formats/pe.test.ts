import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReadAt } from '../../../lib/formats/bytes.ts'
import { parsePe } from '../../../lib/formats/pe.ts'
import { peFile } from '../../support/pe-writer.ts'

const reader =
  (bytes: Uint8Array): ReadAt =>
  (offset, length) =>
    bytes.subarray(offset, offset + length)

const sound = peFile({
  sections: [
    ['.linux', 'MZ'],
    ['.osrel', 'ID=x\n'],
    ['.initrd', 700],
  ],
})

describe('parsePe', () => {
  test('has each section with the bytes that count', () => {
    const pe = parsePe(reader(sound), sound.length)
    expect(pe).toMatchObject({ machine: 0x8664, subsystem: 10, problems: [] })
    expect(
      pe?.sections.map(({ name, offset, size }) => [
        name,
        Buffer.from(sound).toString('latin1', offset, offset + size),
      ]),
    ).toEqual([
      ['.linux', 'MZ'],
      ['.osrel', 'ID=x\n'],
      ['.initrd', '\0'.repeat(700)],
    ])
  })

  test('reads some KiB of whatever says that it is one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(511), fc.nat(255)), { minLength: 1, maxLength: 10 }), (changes) => {
        const bytes = Uint8Array.from(sound)
        for (const [at, byte] of changes) bytes[at] = byte
        let sum = 0
        const pe = parsePe((offset, length) => {
          sum += length
          return bytes.subarray(offset, offset + length)
        }, bytes.length)
        expect(sum).toBeLessThan(8192)
        for (const { name, offset, size } of pe?.sections ?? [])
          if (size > 0 && offset + size > bytes.length)
            expect(pe?.problems).toContain(`has its section '${name}' beyond the end of the file`)
      }),
      { numRuns: 500 },
    )
  })

  test('takes bytes for nothing else than they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (bytes) => {
        expect(parsePe(reader(bytes), bytes.length)).toBe(undefined)
      }),
    )
  })
})
