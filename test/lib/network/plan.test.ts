import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../lib/config/config.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import type { Numbers } from '../../../lib/network/allocation.ts'
import { mostIndexes, planNetwork } from '../../../lib/network/plan.ts'
import { type Disk, EMPTY_DISK } from '../../../lib/tenant/disk.ts'
import { makeTenant, type Tenant } from '../../../lib/tenant/tenant.ts'

const configOf = (settings: string) =>
  readConfig(memoryHost({ '/etc/bitbuilder/bitbuilder.conf': `[Network]\n${settings}\n` })).value

const tenant = (network: Tenant['network'] = {}): Tenant => makeTenant({ id: 'acme', network }, '/x.json', [])

const diskOf = (...names: readonly string[]): Disk => ({
  hasRootfs: true,
  machines: names.map((name) => ({ kind: 'container', name, path: `/x/${name}`, form: 'directory' })),
})

const plan = (network: Tenant['network'], settings = '', numbers: Numbers = { index: 7 }, disk: Disk = EMPTY_DISK) =>
  planNetwork(tenant(network), disk, configOf(settings), numbers)

const A = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA='
const B = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbA='

test('a tenant that asks for nothing has a bridge, and nothing else', () => {
  expect(plan({})).toEqual({
    id: 'acme',
    index: 7,
    prefix: '10.7.0.0/16',
    prefix6: undefined,
    bridge: { name: 'br-acme', alternativeName: 'br-tenant-acme', address: '10.7.0.1/24', address6: undefined },
    gateway: '10.7.0.1',
    gateway6: undefined,
    pool: { offset: 16, size: 238 },
    ports: [],
    wireguard: undefined,
    vxlan: undefined,
    vlan: undefined,
    namespace: undefined,
    dns: [],
    bandwidth: undefined,
    mtu: 1500,
  })
})

test('with Pool6= it has the n-th /64', () => {
  const { prefix6, bridge, gateway6, namespace } = plan({ namespace: true }, 'Pool6=fd12:3456:789a::/48', {
    index: 258,
  })
  expect([prefix6, bridge.address6, gateway6, namespace?.address6]).toEqual([
    'fd12:3456:789a:102::/64',
    'fd12:3456:789a:102::1/64',
    'fd12:3456:789a:102::1',
    'fd12:3456:789a:102::2/64',
  ])
})

test.each([
  ['', 255],
  ['TenantPrefix=24', 65535],
  ['TenantPrefix=24\nPool6=fd00::/56', 255],
  ['TenantPrefix=16\nPool6=fd00::/48', 255],
])('with %j there is room for %i', (settings, most) => {
  expect(mostIndexes(configOf(settings))).toBe(most)
})

// Nobody else has these: the bridge's own, the namespace's, WireGuard's, network and broadcast.
test.each([
  [16, '10.7.0.1/24', '10.7.100.1/24', '10.7.0.2/24', 16, 238],
  [17, '10.3.128.1/24', '10.3.228.1/24', '10.3.128.2/24', 16, 238],
  [20, '10.0.112.1/24', '10.0.127.1/24', '10.0.112.2/24', 16, 238],
  [23, '10.0.14.1/24', '10.0.15.1/24', '10.0.14.2/24', 16, 238],
  [24, '10.0.7.1/24', '10.0.7.254/32', '10.0.7.2/24', 16, 238],
  [26, '10.0.1.193/26', '10.0.1.254/32', '10.0.1.194/26', 16, 46],
  [28, '10.0.0.113/28', '10.0.0.126/32', '10.0.0.114/28', 4, 10],
])(
  'a /%i has its bridge at %s, WireGuard at %s, the namespace at %s, DHCP from %i, %i of them',
  (bits, ...expected) => {
    const { bridge, wireguard, namespace, pool } = plan({ wireguard: {}, namespace: true }, `TenantPrefix=${bits}`)
    expect([bridge.address, wireguard?.address, namespace?.address, pool.offset, pool.size]).toEqual(expected)
  },
)

describe('ports', () => {
  test('have the names that systemd gives them, in order', () => {
    const disk = diskOf('web', 'database')
    expect(plan({}, '', { index: 1 }, disk).ports).toEqual([
      { name: 'vb-databaseHRH-', machine: 'database' },
      { name: 'vb-web.acme', machine: 'web' },
      { name: 'vt-infra.acme', machine: 'infra' },
    ])
  })

  test('of which two meet are refused', () => {
    const twins = diskOf('web', 'web')
    expect(() => plan({}, '', { index: 1 }, twins)).toThrow(
      "interface vb-web.acme: systemd would give it to machine 'web' and to machine 'web', rename one of them",
    )
  })
})

describe('wireguard', () => {
  const peers = (...allowedIps: readonly string[]) => ({
    wireguard: { peers: [{ publicKey: A, allowedIps: [...allowedIps] }] },
  })

  test('has its name, port, key and peers with canonical prefixes', () => {
    const endpoint = '[fd00::1]:51820'
    const network = { wireguard: { peers: [{ publicKey: A, endpoint, allowedIps: ['192.0.2.1', 'FD00:0::/48'] }] } }
    expect(plan(network, '', { index: 7, listenPort: 51826 }).wireguard).toEqual({
      name: 'wg-acme',
      address: '10.7.100.1/24',
      listenPort: 51826,
      keyFile: '/var/lib/tenants/acme/network/wireguard.key',
      peers: [{ publicKey: A, endpoint, allowedIps: ['192.0.2.1/32', 'fd00::/48'], persistentKeepalive: undefined }],
    })
  })

  test.each(['10.7.100.0/24', '10.7.1.0/24', '192.168.0.0/16', '2001:db8::/32'])(
    '%s may be behind a peer',
    (prefix) => {
      expect(plan(peers(prefix)).wireguard?.peers[0]?.allowedIps).toEqual([prefix])
    },
  )

  test.each([
    ['10.7.0.0/16', "10.7.0.0/16 overlaps the tenant's own bridge, 10.7.0.0/24"],
    ['10.7.0.77', "10.7.0.77/32 overlaps the tenant's own bridge"],
    ['10.8.0.0/24', '10.8.0.0/24 overlaps 10.0.0.0/8, the pool of all tenants'],
    ['0.0.0.0/0', "0.0.0.0/0 overlaps the tenant's own bridge"],
    ['fd00:0:0:9::/64', 'fd00:0:0:9::/64 overlaps fd00::/48, the pool of all tenants'],
    ['::/0', '::/0 overlaps fd00::/48'],
  ])('%s may not', (prefix, words) => {
    expect(() => plan(peers(prefix), 'Pool6=fd00::/48')).toThrow(`network.wireguard.peers[0].allowedIps: ${words}`)
  })

  test('two peers have neither the same key nor the same prefix', () => {
    const twins = { wireguard: { peers: [{ publicKey: A }, { publicKey: A }] } }
    expect(() => plan(twins)).toThrow('network.wireguard.peers[1].publicKey: is that of peers[0] too')
    const both = [A, B].map((publicKey) => ({ publicKey, allowedIps: ['192.0.2.0/24'] }))
    expect(() => plan({ wireguard: { peers: both } })).toThrow('192.0.2.0/24 is behind peers[0] too')
  })
})

describe('vxlan', () => {
  const network = (vxlan: NonNullable<Tenant['network']['vxlan']>) => plan({ vxlan }, '', { index: 7, vni: 300 })

  test('on an uplink has a group of its own', () => {
    const { vxlan, mtu } = network({ uplink: 'eth0' })
    expect([vxlan, mtu]).toEqual([
      { name: 'vx-acme', vni: 300, uplink: 'eth0', group: '239.64.1.44', remotes: [], port: 4789 },
      1450,
    ])
  })

  test('with remotes needs no uplink, and has no group', () => {
    const { vxlan, mtu } = network({ remotes: ['2001:DB8::2', '2001:db8::1', '2001:db8::2'] })
    expect([vxlan?.group, vxlan?.remotes, mtu]).toEqual([undefined, ['2001:db8::1', '2001:db8::2'], 1430])
  })

  test('leaves what an uplink of smaller frames has room for', () => {
    expect(plan({ vxlan: { uplink: 'eth0' } }, '', { index: 7, vni: 7, mtu: 1400 }).mtu).toBe(1350)
  })

  test.each([
    [{}, 'expected an uplink for its multicast group, or remotes'],
    [{ group: '239.1.1.1' }, 'expected an uplink for its multicast group, or remotes'],
    [{ uplink: 'eth0', group: '239.1.1.1', remotes: ['192.0.2.1'] }, 'expected a group or remotes, got both'],
    [{ remotes: ['192.0.2.1', '2001:db8::1'] }, 'expected remotes of one family'],
  ])('%j cannot be', (vxlan, words) => {
    expect(() => network(vxlan)).toThrow(`network.vxlan: ${words}`)
  })
})

test('vlan and namespace have short names', () => {
  const { vlan, namespace } = plan({ vlan: { uplink: 'eth0' }, namespace: true }, '', {
    index: 7,
    vlan: 107,
    uplink: 'eth0',
  })
  expect(vlan).toEqual({ name: 'vl-acme', id: 107, uplink: 'eth0' })
  expect(namespace).toEqual({ name: 'tenant-acme', hostSide: 'vn-acme', address: '10.7.0.2/24', address6: undefined })
})
