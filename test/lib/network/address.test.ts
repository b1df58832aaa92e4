import { expect, test } from 'vitest'
import {
  bridgeAddress,
  formatAddress,
  mostTenants,
  parseAddress,
  parsePrefix,
  tenantPrefix,
} from '../../../lib/network/address.ts'

test.each([
  ['0.0.0.0', 0],
  ['10.0.0.1', 0x0a000001],
  ['255.255.255.255', 0xffffffff],
  ['256.0.0.1', undefined],
  ['10.0.0', undefined],
  ['10.0.0.01', undefined],
  ['10.0.0.1 ', undefined],
  ['', undefined],
])('parseAddress(%j) is %j', (text, expected) => {
  expect(parseAddress(text)).toBe(expected)
  if (expected !== undefined) expect(formatAddress(expected)).toBe(text)
})

test.each([
  ['10.0.0.0/8', { base: 0x0a000000, bits: 8 }],
  ['0.0.0.0/0', { base: 0, bits: 0 }],
  ['192.0.2.1/32', { base: 0xc0000201, bits: 32 }],
  ['10.0.0.1/8', undefined],
  ['10.0.0.0/33', undefined],
  ['10.0.0.0', undefined],
  ['10.0.0.0/8/8', undefined],
])('parsePrefix(%j) is %j', (text, expected) => {
  expect(parsePrefix(text)).toEqual(expected)
})

// The seed's own addresses: 10.n.0.1/24 from 10.0.0.0/8 cut at /16.
test.each([
  ['10.0.0.0/8', 16, 1, '10.1.0.1', 24, 255],
  ['10.0.0.0/8', 16, 255, '10.255.0.1', 24, 255],
  ['10.0.0.0/8', 20, 1, '10.0.16.1', 24, 4095],
  ['10.0.0.0/8', 24, 257, '10.1.1.1', 24, 65535],
  ['172.16.0.0/12', 26, 3, '172.16.0.193', 26, 16383],
  ['10.0.0.0/16', 16, 0, '10.0.0.1', 24, 0],
  ['10.0.0.0/24', 16, 0, '10.0.0.1', 24, 0],
])('of %s cut at /%i, tenant %i has %s/%i, and %i fit', (pool, bits, index, address, length, most) => {
  const parsed = parsePrefix(pool) ?? { base: Number.NaN, bits: 0 }
  const bridge = bridgeAddress(tenantPrefix(parsed, bits, index))
  expect([formatAddress(bridge.address), bridge.bits]).toEqual([address, length])
  expect(mostTenants(parsed, bits)).toBe(most)
})
