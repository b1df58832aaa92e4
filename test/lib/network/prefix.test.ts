import { expect, test } from 'vitest'
import { formatAddress6, parseAddress6 } from '../../../lib/network/address6.ts'
import { formatPrefix, isMulticast, isWithin, overlaps, parseAnyPrefix } from '../../../lib/network/prefix.ts'

// RFC 4291 section 2.2 and RFC 5952 section 4; the third column is what inet_ntop(3) makes of the first.
test.each([
  ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
  ['ff01::101', 'ff01::101'],
  ['::1', '::1'],
  ['::', '::'],
  ['fd00::', 'fd00::'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
])('parseAddress6(%j) is %s', (text, expected) => {
  expect(formatAddress6(parseAddress6(text) as bigint)).toBe(expected)
})

test.each([
  '',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '12345::',
  'g::',
  'fe80::1%eth0',
  '192.0.2.1::1',
  '::192.0.2.1:1',
  '::256.0.0.1',
  '10.0.0.1',
])('parseAddress6(%j) is no address', (text) => {
  expect(parseAddress6(text)).toBeUndefined()
})

test.each([
  ['10.7.0.0/16', '10.7.0.0/16'],
  ['192.0.2.1', '192.0.2.1/32'],
  ['FD00:0::/48', 'fd00::/48'],
  ['fd00::1', 'fd00::1/128'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['::/0', '::/0'],
  ['10.7.0.1/16', undefined],
  ['fd00::1/64', undefined],
  ['10.0.0.0/33', undefined],
  ['::/129', undefined],
  ['10.0.0.0/', undefined],
  ['10.0.0.0/08', undefined],
  ['10.0.0.0/8/8', undefined],
  ['example.org', undefined],
])('parseAnyPrefix(%j) is %j', (text, expected) => {
  const found = parseAnyPrefix(text)
  expect(found === undefined ? undefined : formatPrefix(found)).toBe(expected)
})

test.each([
  ['10.0.0.0/8', '10.7.0.0/16', true, false],
  ['10.7.0.0/16', '10.0.0.0/8', true, true],
  ['10.7.0.0/16', '10.8.0.0/16', false, false],
  ['0.0.0.0/0', '192.0.2.0/24', true, false],
  ['::/0', '192.0.2.0/24', false, false],
  ['fd00::/48', 'fd00:0:0:7::/64', true, false],
  ['fd00:0:0:7::/64', 'fd00:0:0:7::/64', true, true],
])('%s and %s overlap: %j, the first within the second: %j', (a, b, overlapping, within) => {
  const [one, other] = [a, b].map((text) => parseAnyPrefix(text) as NonNullable<ReturnType<typeof parseAnyPrefix>>)
  expect(overlaps(one as never, other as never)).toBe(overlapping)
  expect(isWithin(one as never, other as never)).toBe(within)
})

test.each([
  ['239.1.2.3', true],
  ['224.0.0.1', true],
  ['240.0.0.1', false],
  ['10.0.0.1', false],
  ['ff02::1', true],
  ['fe80::1', false],
])('%s is multicast: %j', (text, expected) => {
  expect(isMulticast(parseAnyPrefix(text) as never)).toBe(expected)
})
