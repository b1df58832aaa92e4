import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSize, parseSize } from '../../../lib/tenant/values.ts'

// Expected values: MemoryMax= in systemd.resource-control(5): K, M, G, T to the base 1024.
test.each([
  ['1', 1],
  ['1000', 1000],
  ['1K', 1024],
  ['512M', 536870912],
  ['4G', 4294967296],
  ['1.5G', 1610612736],
  ['0.5K', 512],
  ['2T', 2199023255552],
  ['7P', 7881299347898368],
  ['007', 7],
  ['1E', 2 ** 60],
  ['15E', 15 * 2 ** 60],
  ['8P', 2 ** 53],
  ['2B', 2],
  ['2 G', 2147483648],
  [' 1', 1],
  ['1G 500M', 1598029824],
  ['1G500M', 1598029824],
  ['1M 1K 1B 1', 1049602],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each([
  '',
  '0',
  '0G',
  '0.0',
  '-1',
  '+1',
  '1 ',
  '4 GB',
  '4GB',
  '4GiB',
  '4g',
  '4k',
  '1e3',
  '0x10',
  'G',
  '.5G',
  '5.G',
  '1,5G',
  '1.5.5G',
  'NaN',
  'Infinity',
  'infinity',
  '50%',
  '9007199254740993',
  '16E',
  '1M 1G',
  '1 1',
  '1G 1G',
  '15E 2048P',
  '1 G B',
  '99999999999999999999',
  '٣',
  '0.9',
  '1\n',
])('%j is no size', (text) => {
  expect(parseSize(text)).toBe(undefined)
})

test.each([
  [1, '1'],
  [1000, '1000'],
  [1024, '1K'],
  [1536, '1536'],
  [1536 * 1024, '1536K'],
  [4294967296, '4G'],
  [2199023255552, '2T'],
])('formatSize(%d) is %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text)
})

test('what is written is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), fc.constantFrom(1, 1024, 2 ** 20), (count, unit) => {
      fc.pre(Number.isSafeInteger(count * unit))
      expect(parseSize(formatSize(count * unit))).toBe(count * unit)
    }),
  )
})
