import { describe, expect, test } from 'vitest'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// What systemd-networkd makes of the original's network templates, and of what setup-tenant-network renders.

const LONG = 'a-tenant-with-a-very-long-name'

const here = useMachine({
  installed: true,
  files: {
    [REGISTRY]: registry({ id: 'tenant123' }, { id: LONG }, { id: 'pinned', network: { index: 42 } }),
    '/etc/bitbuilder/bitbuilder.conf.d/pool.conf': '[Network]\nPool=10.128.0.0/9\nTenantPrefix=20\n',
    // The original's bridge, with a name in the place of %i where a name is needed to see what happens.
    '/usr/lib/systemd/system/10-unread.netdev': '[NetDev]\nName=br-unread\nKind=bridge\n',
    '/usr/lib/systemd/network/10-read.netdev': '[NetDev]\nName=br-read\nKind=bridge\n',
    '/usr/lib/systemd/network/10-specifier.netdev': '[NetDev]\nName=br-x-%i\nKind=bridge\n',
    '/usr/lib/systemd/network/10-long.netdev': '[NetDev]\nName=br-tenant-tenant123\nKind=bridge\n',
    '/usr/lib/systemd/network/10-read.network': `[Match]
Name=br-read

[Network]
DHCP=no
IPForward=yes
Address=10.tenant123.0.1/24
`,
  },
  prepare: networkdScript,
})

const must = (command: string) => here.machine.must(command)
const links = () => must('ip -brief link show type bridge')
const networkd = () => here.machine.journal('--unit=systemd-networkd.service')

/** IPv4 addresses of an interface, `10.1.0.1/24`. */
const addresses = (name: string) =>
  (
    JSON.parse(must(`ip -json -4 address show dev ${name}`)) as { addr_info?: { local: string; prefixlen: number }[] }[]
  )[0]?.addr_info?.map(({ local, prefixlen }) => `${local}/${prefixlen}`) ?? []

describe('networkd', () => {
  test('reads no .netdev file among the units', () => {
    expect(links()).toContain('br-read')
    expect(links()).not.toContain('br-unread')
  })

  test('expands no %i', () => {
    expect(links()).not.toContain('br-x-tenant123')
    expect(must('ls /run/systemd/network')).toContain('50-tenant123-bridge.netdev')
    expect(must('cat /run/systemd/network/50-*')).not.toContain('%')
  })

  test('takes no address with a name in it', () => {
    expect(networkd()).toMatch(/10-read\.network:7: .*10\.tenant123\.0\.1/)
    expect(addresses('br-read').filter((address) => address.startsWith('10.'))).toEqual([])
  })

  test('takes no interface name of more than 15 characters', () => {
    expect(networkd()).toMatch(/10-long\.netdev:2: .*br-tenant-tenant123/)
    expect(links()).not.toContain('br-tenant-tenant123')
  })

  test('has given up IPForward=', () => {
    expect(networkd()).toMatch(/10-read\.network:6: .*IPForward=/)
  })

  test('complains about no file of ours', () => {
    expect(networkd()).not.toMatch(/\/50-[^ ]*:\d+:|50-.*(?:ignoring|[Ff]ailed)/)
  })
})

describe('setup-tenant-network', () => {
  test("makes a bridge for every tenant, cut from the host's pool", () => {
    // The first or the second: they start side by side.
    expect(addresses('br-tenant123').join()).toMatch(/^10\.128\.(?:16|32)\.1\/24$/)
    expect(addresses('br-pinned')).toEqual(['10.130.160.1/24'])
  })

  test('shortens a name that is too long, and always to the same', () => {
    const name = /br-a-ten_[a-z2-7]{6}/.exec(links())?.[0]
    expect(name).toHaveLength(15)
    must(`systemctl restart tenant-network@${LONG}.service`)
    expect(links()).toContain(name)
  })

  test('keeps the index of a tenant that goes and comes back', () => {
    const before = addresses('br-tenant123')
    here.machine.write(REGISTRY, registry({ id: 'newcomer' }))
    must(
      'systemctl daemon-reload && systemctl stop tenant@tenant123.service && systemctl start tenant@newcomer.service',
    )
    expect(addresses('br-newcomer')).not.toEqual(before)
    here.machine.write(REGISTRY, registry({ id: 'tenant123' }))
    must('systemctl daemon-reload && systemctl start tenant@tenant123.service')
    expect(addresses('br-tenant123')).toEqual(before)
  })

  test('changes nothing when it is repeated', () => {
    const files = must('cd /run/systemd/network && ls -l --full-time')
    const index = must("ip -json link show dev br-tenant123 | jq '.[0].ifindex'")
    must('/usr/lib/bitbuilder/setup-tenant-network tenant123')
    expect(must('cd /run/systemd/network && ls -l --full-time')).toBe(files)
    expect(must("ip -json link show dev br-tenant123 | jq '.[0].ifindex'")).toBe(index)
  })
})
