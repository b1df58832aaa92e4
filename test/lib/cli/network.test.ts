import { expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { NETWORK_STATE } from '../../../lib/layout/paths.ts'

const REGISTRY = '/var/lib/bitbuilder/tenants.json'
const KEY = `${'k'.repeat(42)}A=`

const run = (args: readonly string[], tenants: readonly object[], files: Readonly<Record<string, MemoryNode>> = {}) => {
  const host = memoryHost({ [REGISTRY]: JSON.stringify({ tenants }), ...files })
  const status = bitbuilder(host, args)
  return { status, out: host.printed.join(''), said: host.logged.map(({ line }) => line) }
}

const acme = (network: object) => ({ id: 'acme', network })

const EVERYTHING = {
  index: 7,
  wireguard: { peers: [{ publicKey: KEY, endpoint: '192.0.2.1:51820', allowedIps: ['192.168.7.0/24'] }] },
  vxlan: { uplink: 'eth0' },
  vlan: { uplink: 'eth1', id: 12 },
  namespace: true,
}

test('network explains everything, and says what there is of it', () => {
  const { out, status } = run(['network', 'acme'], [acme(EVERYTHING)], {
    [NETWORK_STATE]: JSON.stringify({
      tenants: { acme: { index: 7, listenPort: 51826, vni: 7, vlan: 12, uplink: 'eth1', mtu: 1500 } },
    }),
    '/etc/bitbuilder/bitbuilder.conf': '[Network]\nPool6=fd00::/48\nDNS=192.0.2.53\n',
    '/var/lib/tenants/acme/containers/web/x': '',
    '/var/lib/tenants/acme/network/wireguard.pub': `${KEY}\n`,
    '/sys/class/net/br-acme/carrier': '0\n',
    '/sys/class/net/vb-web.acme/carrier': '1\n',
    '/sys/class/net/eth0/carrier': '1\n',
    '/sys/class/net/vx-acme/ifindex': '9\n',
  })
  expect(status).toBe(0)
  expect(out).toMatchInlineSnapshot(`
    "Index           7                                                         network.index
    Prefix          10.7.0.0/16                                               the index, Pool= and TenantPrefix= of bitbuilder.conf
    IPv6 prefix     fd00:0:0:7::/64                                           the index, Pool6= of bitbuilder.conf
    Bridge          br-acme                                       no carrier  the id
      also called   br-tenant-acme                                            the id
      gateway       10.7.0.1/24                                               the first address of the prefix
      IPv6 gateway  fd00:0:0:7::1/64                                          the first address of the IPv6 prefix
      by DHCP       10.7.0.16 to 10.7.0.253                                   the prefix, but for fixed addresses
      name servers  192.0.2.53                                                DNS= of bitbuilder.conf, else the host's
      packets       1450 bytes                                                what VXLAN leaves
    Port            vb-web.acme                                   up          machine 'web'
    WireGuard       wg-acme                                       absent      network.wireguard
      address       10.7.100.1/24                                             the prefix
      UDP port      51826                                                     /var/lib/bitbuilder/network.json
      public key    kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkA=              /var/lib/tenants/acme/network/wireguard.key
      peer          kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkA=              network.wireguard.peers[0]
        at          192.0.2.1:51820                                           endpoint
        has         192.168.7.0/24                                            allowedIps
    VXLAN           vx-acme                                       down        network.vxlan
      VNI           7                                                         /var/lib/bitbuilder/network.json
      uplink        eth0                                          up          network.vxlan.uplink
      group         239.64.0.7                                                the VNI
      UDP port      4789                                                      RFC 7348
    VLAN            vl-acme                                       absent      network.vlan
      id            12                                                        network.vlan.id
      uplink        eth1                                          absent      network.vlan.uplink
    Namespace       /run/netns/tenant-acme                                    network.namespace
      interface     vn-acme                                       absent      the id
      address       10.7.0.2/24                                               the second address of the prefix
      IPv6 address  fd00:0:0:7::2/64                                          the IPv6 prefix

    Not set up as it is here: systemctl start or reload tenant-network@acme
    "
  `)
})

test('a tenant that was never started is shown what it would be given', () => {
  const { out } = run(['network', 'acme'], [acme({ wireguard: {} }), { id: 'other', network: { index: 1 } }])
  expect(out).toMatch(/^Index +2 +given out at the next start$/m)
  expect(out).toMatch(/^ {2}UDP port +51821 +given out at the next start$/m)
  expect(out).toMatch(/^ {2}public key +made at the first start/m)
  expect(out).toContain('Not set up as it is here: systemctl start or reload tenant-network@acme')
})

test('a port that something on the host has is not given out', () => {
  const { out } = run(['network', 'acme'], [acme({ wireguard: {} })], {
    '/proc/net/udp': `  sl  local_address rem_address   st
  123: 00000000:CA6C 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12345 2 0 0
`,
    '/proc/net/udp6': `  sl  local_address                         remote_address
  124: 00000000000000000000000000000000:CA6D 00000000000000000000000000000000:0000 07
`,
  })
  expect(out).toMatch(/^ {2}UDP port +51822 +given out at the next start$/m)
})

test('as JSON it is the plan', () => {
  const { out } = run(['network', 'acme', '--json'], [acme({ index: 7 })])
  expect(JSON.parse(out)).toMatchObject({
    id: 'acme',
    isGiven: false,
    isCurrent: false,
    plan: { index: 7, bridge: { name: 'br-acme', address: '10.7.0.1/24' } },
  })
})

test.each([
  [acme({ mode: 'none' }), 0, 'none: network.mode says so\n'],
  [{ id: 'acme', network: 1 }, 'is refused: bitbuilder verify acme', ''],
  [acme({ vxlan: {} }), 'network.vxlan: expected an uplink', ''],
])('of %j there is nothing to explain', (tenant, expected, out) => {
  if (typeof expected === 'string') expect(() => run(['network', 'acme'], [tenant])).toThrow(expected)
  else expect(run(['network', 'acme'], [tenant])).toMatchObject({ status: expected, out })
})

const peer = (...allowedIps: readonly string[]) => ({ wireguard: { peers: [{ publicKey: KEY, allowedIps }] } })
const both = (one: object, other: object) => [
  { id: 'one', network: one },
  { id: 'two', network: other },
]

test.each([
  [both({ index: 4 }, { index: 4 }), "network.index 4 of tenant 'two' is that of tenant 'one' too"],
  [
    both({ wireguard: { listenPort: 5000 } }, { wireguard: { listenPort: 5000 } }),
    "network.wireguard.listenPort 5000 of tenant 'two' is that of tenant 'one' too",
  ],
  [
    both({ vxlan: { vni: 9, uplink: 'a' } }, { vxlan: { vni: 9, uplink: 'b' } }),
    "network.vxlan.vni 9 of tenant 'two' is that of tenant 'one' too",
  ],
  [
    both({ vlan: { id: 9, uplink: 'a' } }, { vlan: { id: 9, uplink: 'a' } }),
    "network.vlan.id on a, 9 of tenant 'two' is that of tenant 'one' too",
  ],
  [both({ vlan: { id: 9, uplink: 'a' } }, { vlan: { id: 9, uplink: 'b' } }), undefined],
  [
    both(peer('192.168.0.0/16'), peer('192.168.7.0/24')),
    "tenants.json:1:191: network.wireguard.peers: 192.168.7.0/24 overlaps 192.168.0.0/16, which is behind a peer of tenant 'one'",
  ],
  [
    [acme(peer('10.9.0.0/16'))],
    'tenants.json:1:119: network.wireguard.peers[0].allowedIps: 10.9.0.0/16 overlaps 10.0.0.0/8, the pool of all tenants',
  ],
  [[acme({ vxlan: {} })], 'tenants.json:1:37: network.vxlan: expected an uplink for its multicast group, or remotes'],
  [[acme({ mode: 'none', vlan: { uplink: 'a' } })], 'network.vlan: does nothing while network.mode is "none"'],
  [[acme({ ...EVERYTHING, vlan: undefined })], undefined],
  [[acme(EVERYTHING)], 'warning: /var/lib/bitbuilder/tenants.json:1:219: network.vlan: makes a loop if the VLAN'],
])('verify of %j', (tenants, expected) => {
  const { said, out, status } = run(['verify'], tenants)
  const text = [out, ...said].join('\n')
  if (expected === undefined) expect({ status, text }).toMatchObject({ status: 0 })
  else expect(text).toContain(expected)
})
