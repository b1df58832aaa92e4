import { expect, test } from 'vitest'
import { shortenInterfaceName, siphash24 } from '../../../lib/systemd/interface-name.ts'

const counting = (length: number): readonly number[] => Array.from({ length }, (_, index) => index)

// Test vectors of the SipHash reference implementation, vectors.h: key 00 01 … 0f, inputs of 0, 1, 8 and 15 bytes.
test.each([
  [0, 0x726fdb47dd0e0e31n],
  [1, 0x74f839c593dc67fdn],
  [8, 0x93f5f5799a932462n],
  [15, 0xa129ca6149be45e5n],
])('siphash24() of %i bytes', (length, expected) => {
  expect(siphash24(counting(length), counting(16))).toBe(expected)
})

// Seen of systemd-nspawn and systemd-vmspawn 262 with machines of these names.
test.each([
  ['ve-infra-tenant123', 've-infra-te6qrv'],
  ['vt-infra-tenant123', 'vt-infra-te9Dw7'],
  ['vt-t-acme', 'vt-t-acme'],
  ['vb-exactly-15-c', 'vb-exactly-15-c'],
])('of %s systemd makes %s', (name, expected) => {
  expect(shortenInterfaceName(name)).toBe(expected)
})
