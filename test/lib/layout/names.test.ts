import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bridgeAlternativeName,
  bridgeName,
  isTenantId,
  machineName,
  machineService,
  mountUnit,
  tenantSlice,
} from '../../../lib/layout/names.ts'

const id = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/)

// Expected values: RFC 1123 labels in lower case, cut at 32.
test.each([
  ['a', true],
  ['0', true],
  ['acme-prod', true],
  ['a--b', true],
  ['a'.repeat(32), true],
  ['a'.repeat(33), false],
  ['', false],
  ['-a', false],
  ['a-', false],
  ['A', false],
  ['a.b', false],
  ['a_b', false],
  ['a b', false],
  ['ä', false],
  ['a\n', false],
  ['../a', false],
])('isTenantId(%j) is %s', (text, expected) => {
  expect(isTenantId(text)).toBe(expected)
})

// Expected values: systemd.slice(5): a slice lies in the one named by what stands before its last dash.
test.each([
  ['web', 'tenant-web.slice'],
  ['web-1', String.raw`tenant-web\x2d1.slice`],
  ['a-b-c', String.raw`tenant-a\x2db\x2dc.slice`],
])('tenantSlice(%j) is %j', (tenant, expected) => {
  expect(tenantSlice(tenant)).toBe(expected)
})

test('every slice lies directly in tenant.slice', () => {
  fc.assert(
    fc.property(id, (one) => {
      expect(tenantSlice(one).match(/-/g)).toHaveLength(1)
    }),
  )
})

test.each([
  ['/var/lib/tenants/web-1/sysext', String.raw`var-lib-tenants-web\x2d1-sysext.mount`],
  ['/run/bitbuilder/images/a/sysext/x y', String.raw`run-bitbuilder-images-a-sysext-x\x20y.mount`],
])('mountUnit(%j) is %j', (path, expected) => {
  expect(mountUnit(path)).toBe(expected)
})

test('names of machines', () => {
  expect(machineService('vm', 'acme', 'web')).toBe('tenant-vm@acme:web.service')
  expect(machineService('container', 'acme', 'web')).toBe('tenant-container@acme:web.service')
  expect(machineName('acme', 'web')).toBe('web.acme')
})

// Expected values: netdevice(7): 15 characters and a NUL, no `/`, no white space.
test.each([
  ['acme', 'br-acme'],
  ['abcdefghijkl', 'br-abcdefghijkl'],
  ['abcdefghijklm', /^br-abcde_[a-z2-7]{6}$/],
  ['a'.repeat(32), /^br-aaaaa_[a-z2-7]{6}$/],
])('bridgeName(%j) is %s', (tenant, expected) => {
  expect(bridgeName(tenant)).toMatch(expected)
  expect(bridgeName(tenant).length).toBeLessThanOrEqual(15)
})

test('a shortened bridge name is never a whole one, an alternative name fits the kernel', () => {
  fc.assert(
    fc.property(id, id, (one, other) => {
      if (one.length <= 12) expect(bridgeName(other) === bridgeName(one)).toBe(one === other)
      // ALTIFNAMSIZ is 128.
      expect(bridgeAlternativeName(one).length).toBeLessThan(128)
    }),
  )
})

test('ten thousand long ids have as many bridges', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `customer-number-${index}`)
  expect(new Set(ids.map(bridgeName)).size).toBeGreaterThanOrEqual(9_990)
})

test('every name of a machine differs from every other', () => {
  fc.assert(
    fc.property(id, id, id, id, (a, b, c, d) => {
      const same = a === c && b === d
      expect(machineService('vm', a, b) === machineService('vm', c, d)).toBe(same)
      expect(machineName(a, b) === machineName(c, d)).toBe(same)
    }),
  )
})
