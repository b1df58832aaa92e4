import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { NETWORK_STATE } from '../../../lib/layout/paths.ts'
import {
  type Allocation,
  allocate,
  type Pins,
  readAllocation,
  writeAllocation,
} from '../../../lib/network/allocation.ts'

const NONE: Pins = { index: undefined, listenPort: undefined, vni: undefined, vlan: undefined, uplink: undefined }
const wish = { id: 'acme', pins: NONE, reserved: [], most: 255 }
const pin = (pins: Partial<Pins>): Pins => ({ ...NONE, ...pins })

const indexes = (numbers: Record<string, number>): Allocation =>
  new Map(Object.entries(numbers).map(([id, index]) => [id, { index }]))

test('the lowest free index is given out', () => {
  expect(allocate(indexes({ a: 1, b: 3 }), wish)).toEqual({ index: 2 })
})

test('an index that another entry pins is not given out', () => {
  expect(allocate(new Map(), { ...wish, reserved: [pin({ index: 1 }), pin({ index: 2 })] }).index).toBe(3)
})

test('a tenant keeps its index', () => {
  expect(allocate(indexes({ acme: 7 }), wish).index).toBe(7)
})

test('a pinned index wins over the one it had', () => {
  expect(allocate(indexes({ acme: 7 }), { ...wish, pins: pin({ index: 9 }) }).index).toBe(9)
})

test("a pinned index is refused when it is another's", () => {
  expect(() => allocate(indexes({ other: 9 }), { ...wish, pins: pin({ index: 9 }) })).toThrow(
    "network.index 9: belongs to tenant 'other' already, see /var/lib/bitbuilder/network.json",
  )
})

test('an index beyond the pool is refused, pinned or kept', () => {
  expect(() => allocate(new Map(), { ...wish, pins: pin({ index: 256 }) })).toThrow(
    'network.index 256: is beyond the pool, which has 255',
  )
  expect(() => allocate(indexes({ acme: 300 }), wish)).toThrow('is beyond the pool')
})

test('a full pool is said to be full', () => {
  expect(() => allocate(indexes({ a: 1, b: 2 }), { ...wish, most: 2 })).toThrow('all 2 of network.index are given out')
})

const any = pin({ listenPort: null, vni: null, vlan: null, uplink: 'eth0' })

test('ports, VNIs and VLAN ids derive from the index', () => {
  expect(allocate(indexes({ acme: 7 }), { ...wish, pins: any })).toEqual({
    index: 7,
    listenPort: 51826,
    vni: 7,
    vlan: 107,
    uplink: 'eth0',
  })
})

test('a derived number that is taken or pinned gives way to the lowest free one', () => {
  const others: Allocation = new Map([
    ['a', { index: 1, listenPort: 51826, vni: 7, vlan: 107, uplink: 'eth0' }],
    ['acme', { index: 7 }],
  ])
  const reserved = [pin({ listenPort: 51820, vni: 1, vlan: 2, uplink: 'eth0' })]
  expect(allocate(others, { ...wish, pins: any, reserved })).toMatchObject({ listenPort: 51821, vni: 2, vlan: 3 })
})

test('numbers are kept, whatever they would be derived to', () => {
  const own = { index: 7, listenPort: 50000, vni: 99, vlan: 12, uplink: 'eth0' }
  expect(allocate(new Map([['acme', own]]), { ...wish, pins: any })).toEqual(own)
})

test('two uplinks may have the same VLAN id, one may not', () => {
  const others: Allocation = new Map([['a', { index: 1, vlan: 107, uplink: 'eth0' }]])
  const wanted = { listenPort: undefined, vni: undefined, index: 7, vlan: 107 }
  expect(allocate(others, { ...wish, pins: { ...wanted, uplink: 'eth1' } }).vlan).toBe(107)
  expect(() => allocate(others, { ...wish, pins: { ...wanted, uplink: 'eth0' } })).toThrow(
    "network.vlan.id on eth0, 107: belongs to tenant 'a' already",
  )
})

test("a pinned VNI or port that is another's is refused", () => {
  const others: Allocation = new Map([['a', { index: 1, listenPort: 51820, vni: 42 }]])
  expect(() => allocate(others, { ...wish, pins: pin({ vni: 42 }) })).toThrow(
    "network.vxlan.vni 42: belongs to tenant 'a'",
  )
  expect(() => allocate(others, { ...wish, pins: pin({ listenPort: 51820 }) })).toThrow(
    "network.wireguard.listenPort 51820: belongs to tenant 'a'",
  )
})

test('what is no longer asked for is let go', () => {
  const own = { index: 7, listenPort: 50000, vni: 99, vlan: 12, uplink: 'eth0' }
  expect(allocate(new Map([['acme', own]]), wish)).toEqual({ index: 7 })
})

test('what was written is read again, sorted', () => {
  const host = memoryHost({ '/var/lib/bitbuilder/x': '' })
  const written: Allocation = new Map([
    ['b', { index: 2, vni: 5 }],
    ['a', { index: 1 }],
  ])
  writeAllocation(host, written)
  expect(JSON.parse(host.readFile(NETWORK_STATE, 1 << 20)?.text ?? '')).toEqual({
    tenants: { a: { index: 1 }, b: { index: 2, vni: 5 } },
  })
  expect([...readAllocation(host)].map(([id]) => id)).toEqual(['a', 'b'])
})

test.each([
  ['{', 'is not valid JSON'],
  ['{"tenants":{"a":{}}}', "tenant 'a' has no index"],
  ['{"tenants":{"a":{"index":0}}}', "tenant 'a' has no index"],
  ['{"tenants":{"a":{"index":1.5}}}', "tenant 'a' has no index"],
  ['{"tenants":{"a":{"index":1,"vni":"5"}}}', "tenant 'a' has no index, or numbers that are none"],
])('a state file with %s is not guessed at', (text, words) => {
  expect(() => readAllocation(memoryHost({ [NETWORK_STATE]: text }))).toThrow(words)
})
