import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, toBase64, toHex } from '../../../../lib/compliance/keys/base64.ts'

test('bytes are the same after base64 and back, and as Node has them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = toBase64(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(fromBase64(text)).toEqual(bytes)
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
    }),
  )
})

// The last two have bits that no byte has: two texts must not mean the same.
test.each(['A', 'AA', 'AAA', 'AA=', 'A===', '====', 'AA==AA==', 'AA A', 'AAA\n', 'AA-_', 'äAAA', 'AB==', 'AAB='])(
  '%j is no base64',
  (text) => expect(fromBase64(text)).toBeUndefined(),
)
