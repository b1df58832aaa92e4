import { expect, test } from 'vitest'
import {
  isAddressPrefix,
  isEndpoint,
  isMulticastAddress,
  isUnicastAddress,
} from '../../../lib/tenant/network-values.ts'
import { tenantShape } from '../../../lib/tenant/schema.ts'
import { accepts } from '../../../lib/tenant/shape.ts'

test.each([
  ['vpn.example.org:51820', true],
  ['[2001:db8::1]:51820', true],
  ['192.0.2.1:1', true],
  ['xn--bcher-kva.example:65535', true],
  ['localhost:51820', true],
  ['vpn.example.org', false],
  ['vpn.example.org:0', false],
  ['vpn.example.org:65536', false],
  ['vpn.example.org:051', false],
  ['2001:db8::1:51820', false],
  ['[2001:db8::g]:51820', false],
  ['[192.0.2.1]:51820', false],
  ['192.0.2.256:51820', false],
  ['192.0.2:51820', false],
  ['-vpn.example.org:51820', false],
  ['vpn..example.org:51820', false],
  ['@credential:51820', false],
  [`${'a'.repeat(64)}.org:51820`, false],
  ['vpn example:51820', false],
])('isEndpoint(%j) is %j', (text, expected) => {
  expect(isEndpoint(text)).toBe(expected)
})

test.each([
  ['239.1.2.3', true, false],
  ['ff02::5', true, false],
  ['192.0.2.1', false, true],
  ['2001:db8::1', false, true],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['eth0', false, false],
])('%j is a multicast address: %j, one of a host: %j', (text, multicast, unicast) => {
  expect([isMulticastAddress(text), isUnicastAddress(text)]).toEqual([multicast, unicast])
})

test('isAddressPrefix() refuses bits beyond the length', () => {
  expect(['192.0.2.0/24', '192.0.2.1/24', '2001:db8::/32'].map(isAddressPrefix)).toEqual([true, false, true])
})

test.each([
  ['eth0', true],
  ['enp0s31f6', true],
  ['bond0.12', true],
  ['br-lan_1', true],
  ['', false],
  ['-eth0', false],
  ['.', false],
  ['..', false],
  ['12', false],
  ['all', false],
  ['eth0/1', false],
  ['eth 0', false],
  ['eth0%i', false],
  ['sixteen-letters-', false],
])('%j is the name of an uplink: %j', (uplink, expected) => {
  expect(accepts(tenantShape, { id: 'a', network: { vlan: { uplink } } })).toBe(expected)
})
