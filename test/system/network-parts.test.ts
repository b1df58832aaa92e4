import { describe, expect, test } from 'vitest'
import { readConfig } from '../../lib/config/config.ts'
import { memoryHost } from '../../lib/host/memory.ts'
import { portName } from '../../lib/layout/names.ts'
import { networkFiles } from '../../lib/network/files.ts'
import { planNetwork } from '../../lib/network/plan.ts'
import { EMPTY_DISK } from '../../lib/tenant/disk.ts'
import { makeTenant } from '../../lib/tenant/tenant.ts'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { useMachine } from './machine.ts'

// What hangs on a tenant's bridge: machines, a VXLAN, a namespace; and what becomes of it where the kernel cannot do it.

const CONTAINERS = '/var/lib/tenants/full/containers'
const LONG = 'a-container-of-a-long-name'
const FULL = { vxlan: { remotes: ['192.0.2.1', '192.0.2.2'], vni: 4242 }, namespace: true, index: 7 }
const OTHER = { id: 'other', enabled: false, network: { index: 8 } }
const full = (network: object) => ({ id: 'full', enabled: false, network })

const here = useMachine({
  installed: true,
  files: {
    [REGISTRY]: registry(full(FULL), OTHER),
    '/etc/bitbuilder/bitbuilder.conf.d/pool6.conf': '[Network]\nPool6=fd12:3456:789a::/48\n',
    [`${CONTAINERS}/web/etc/os-release`]: 'ID=tiny\n',
    [`${CONTAINERS}/${LONG}/etc/os-release`]: 'ID=tiny\n',
    // What udhcpc was told, as shell variables.
    [`${CONTAINERS}/web/lease`]: '#!/bin/sh\n[ "$1" = bound ] && echo "$ip $mask $router $mtu"\n',
  },
  prepare: `${networkdScript}
for one in web ${LONG}; do
  mkdir -p ${CONTAINERS}/$one/bin ${CONTAINERS}/$one/usr
  cp /usr/bin/busybox ${CONTAINERS}/$one/bin/sh
  cp /usr/bin/busybox ${CONTAINERS}/$one/bin/busybox
done`,
})

const must = (command: string) => here.machine.must(command)
const isThere = (name: string): boolean => here.machine.run(`ip link show dev ${name}`).status === 0
const link = (name: string) =>
  (JSON.parse(must(`ip -json -details link show dev ${name}`)) as Record<string, unknown>[])[0] as Readonly<
    Record<string, unknown>
  >
const write = (network: object): void => here.machine.write(REGISTRY, registry(full(network), OTHER))

/** As the tenant's own unit would, but for what is in the tree. */
const startContainer = (name: string): void => {
  must(
    `systemd-run --quiet --unit=try-${name} systemd-nspawn --quiet --register=no --directory=${CONTAINERS}/${name} ` +
      `--machine=${name}.full --network-bridge=br-full /bin/busybox sleep infinity`,
  )
  must(`timeout 30 sh -c 'until pgrep --full "^/bin/busybox sleep infinity" --ns $$ --nslist mnt >/dev/null ||
    ip link show master br-full | grep -q ${portName('container', 'full', name)}; do sleep 0.1; done'`)
}

/** The host's side of what runs in the container. */
const inside = (name: string, command: string): string => {
  const nspawn = must(`systemctl show --property=MainPID --value try-${name}.service`)
  return must(`pid=$(pgrep --parent ${nspawn}); nsenter -t $pid -n -m -r -w ${command}`)
}

describe('a tenant with everything that this kernel has', () => {
  test('gets its bridge, with IPv6 of its own', () => {
    must('systemctl start tenant-network@full.service tenant-network@other.service netns-tenant@full.service')
    const addresses = must('ip -brief address show dev br-full')
    expect(addresses).toContain('10.7.0.1/24')
    expect(addresses).toContain('fd12:3456:789a:7::1/64')
  })

  test('gets a VXLAN with its remotes, on the bridge, and smaller packets', () => {
    const { master, mtu, linkinfo } = link('vx-full') as {
      master?: string
      mtu?: number
      linkinfo?: { info_data: object }
    }
    expect([master, mtu, linkinfo?.info_data]).toEqual([
      'br-full',
      1450,
      expect.objectContaining({ id: 4242, port: 4789 }),
    ])
    expect(must('bridge fdb show dev vx-full').match(/00:00:00:00:00:00 dst \S+/g)).toEqual([
      '00:00:00:00:00:00 dst 192.0.2.1',
      '00:00:00:00:00:00 dst 192.0.2.2',
    ])
    expect(must('networkctl status vx-full')).toContain('50-full-ports.network')
  })

  test('has a namespace from which its gateway answers, in both families', () => {
    expect(link('vn-full').master).toBe('br-full')
    const ns = (command: string): string => must(`ip netns exec tenant-full ${command}`)
    expect(ns('ip -brief address show dev host0')).toMatch(/10\.7\.0\.2\/24 fd12:3456:789a:7::2\/64 *$/)
    expect(ns('ip route show default')).toContain('via 10.7.0.1 dev host0')
    expect(ns('ping -c 1 -W 5 10.7.0.1')).toContain(' 0% packet loss')
    expect(ns('ping -c 1 -W 5 fd12:3456:789a:7::1')).toContain(' 0% packet loss')
  })

  test.each(['web', LONG])('has container %s on its bridge, by the name that systemd gives its interface', (name) => {
    startContainer(name)
    expect(link(portName('container', 'full', name)).master).toBe('br-full')
    expect(must('networkctl list')).not.toMatch(/80-container/)
    expect(must(`networkctl status ${portName('container', 'full', name)}`)).toContain('50-full-ports.network')
  })

  test('gives its containers an address of the pool, and the size of packets', () => {
    inside('web', '/bin/busybox ip link set dev host0 up')
    const said = inside('web', '/bin/busybox udhcpc -i host0 -n -q -O mtu -s /lease')
    expect(said).toMatch(/^10\.7\.0\.(?:1[6-9]|[2-9][0-9]|[12][0-9]{2}) 24 10\.7\.0\.1 1450$/m)
  })

  test('does not lose a packet when a machine comes and the network is reloaded', () => {
    inside('web', '/bin/busybox ip address add 10.7.0.9/24 dev host0')
    const index = link('br-full').ifindex
    const nspawn = must('systemctl show --property=MainPID --value try-web.service')
    must(`pid=$(pgrep --parent ${nspawn}); systemd-run --quiet --unit=try-ping --property=RemainAfterExit=yes \
      nsenter -t $pid -n ping -i 0.02 -c 250 -I 10.7.0.9 10.7.0.1`)
    must(`mkdir ${CONTAINERS}/another && systemctl reload tenant-network@full.service`)
    expect(must('cat /run/systemd/network/50-full-ports.network')).toContain('vb-another.full')
    must('timeout 30 sh -c "until journalctl --unit=try-ping --output=cat | grep loss; do sleep 0.2; done"')
    expect(here.machine.journal('--unit=try-ping.service')).toContain('250 received, 0% packet loss')
    expect(link('br-full').ifindex).toBe(index)
  })

  test('has nothing left of what is no longer asked for', () => {
    write({ index: 9 })
    must('systemctl reload tenant-network@full.service')
    expect(must('ip -brief -4 address show dev br-full')).toMatch(/ 10\.9\.0\.1\/24 *$/)
    here.machine.settle()
    expect(['vx-full', 'vn-full', 'br-full'].map(isThere)).toEqual([false, false, true])
    expect(here.machine.show('netns-tenant@full.service', 'ActiveState')).toEqual({ ActiveState: 'inactive' })
    expect(must('ip netns list')).toBe('')
  })

  test('leaves nothing behind when it stops, and the other one alone', () => {
    write(FULL)
    must('systemctl reload tenant-network@full.service')
    must('systemctl restart netns-tenant@full.service')
    const index = link('br-other').ifindex
    must('systemctl stop try-web.service tenant-network@full.service')
    here.machine.settle()
    expect(['br-full', 'vx-full', 'vn-full'].filter(isThere)).toEqual([])
    expect(must('ip netns list')).toBe('')
    expect(must('find /run/systemd/network /run/bitbuilder -name "*full*"')).toBe('')
    expect(link('br-other').ifindex).toBe(index)
  })
})

describe('what cannot be made', () => {
  test.each([
    [{ vlan: { uplink: 'eth9' } }, "network.vlan.uplink: there is no interface 'eth9' on this host"],
    [{ vxlan: { uplink: 'eth9' } }, "network.vxlan.uplink: there is no interface 'eth9' on this host"],
  ])('%j is said, and nothing is made', (network, words) => {
    write(network)
    expect(here.machine.run('systemctl start tenant-network@full.service').status).not.toBe(0)
    expect(here.machine.journal('--unit=tenant-network@full.service')).toContain(words)
    expect(isThere('br-full')).toBe(false)
    expect(must('find /run/systemd/network /run/bitbuilder -name "*full*"')).toBe('')
  })

  test('a running tenant keeps what it has when a reload cannot be', () => {
    write({})
    must('systemctl start tenant-network@full.service')
    const files = must('cd /run/systemd/network && ls -l --full-time')
    write({ vlan: { uplink: 'eth9' } })
    expect(here.machine.run('systemctl reload tenant-network@full.service').status).not.toBe(0)
    expect(here.machine.show('tenant-network@full.service', 'ActiveState')).toEqual({ ActiveState: 'active' })
    expect(must('cd /run/systemd/network && ls -l --full-time')).toBe(files)
    must('systemctl stop tenant-network@full.service')
  })
})

describe('what only some kernels can do', () => {
  const can = (type: string): boolean => {
    const made = here.machine.run(`ip link add link try-uplink name try-it type ${type}`).status === 0
    if (made) must('ip link delete dev try-it')
    return made
  }
  const start = (network: object): boolean => {
    write(network)
    return here.machine.run('systemctl start tenant-network@full.service').status === 0
  }
  const stop = (): void => {
    must('systemctl stop tenant-network@full.service')
    must('systemctl reset-failed')
    expect(must('find /run/systemd/network /run/bitbuilder -name "*full*"')).toBe('')
  }

  test('a VLAN is on the bridge, or it is said that the kernel has none', () => {
    must('ip link add name try-uplink type veth peer name try-other && ip link set dev try-uplink up')
    expect(start({ vlan: { uplink: 'try-uplink', id: 12 } })).toBe(can('vlan id 13'))
    if (can('vlan id 13')) expect(link('vl-full').master).toBe('br-full')
    else expect(here.machine.journal('--unit=tenant-network@full.service')).toContain('or the kernel without 8021q')
    stop()
    expect(isThere('vl-full')).toBe(false)
  })

  test('a tunnel has its key, readable for networkd alone, or it is said that the kernel has none', () => {
    must('/usr/lib/bitbuilder/tenant-provision full')
    const hasWireguard = can('wireguard')
    const publicKey = must('wg genkey | wg pubkey')
    const peers = [{ publicKey, endpoint: '192.0.2.1:51820', allowedIps: ['198.51.100.0/24'] }]
    expect(start({ wireguard: { peers } })).toBe(hasWireguard)
    const key = '/var/lib/tenants/full/network/wireguard.key'
    expect(must(`stat --format="%a %U %G" ${key}`)).toBe('640 root systemd-network')
    expect(must(`wg pubkey <${key}`)).toBe(must('cat /var/lib/tenants/full/network/wireguard.pub'))
    expect(here.machine.journal().includes(must(`cat ${key}`))).toBe(false)
    expect(must('bitbuilder network full')).toContain(must(`wg pubkey <${key}`))
    if (hasWireguard) {
      must('timeout 10 sh -c "until wg show wg-full peers | grep .; do sleep 0.1; done"')
      expect(must('ip route show dev wg-full')).toContain('198.51.100.0/24')
    } else
      expect(here.machine.journal('--unit=tenant-network@full.service')).toContain('this kernel makes no WireGuard')
    stop()
    expect(isThere('wg-full')).toBe(false)
  })
})

test('networkd understands every line for a tunnel', () => {
  const publicKey = must('wg genkey | wg pubkey')
  const peers = [
    {
      publicKey,
      endpoint: '[2001:db8::1]:51820',
      allowedIps: ['192.0.2.0/24', 'fd00:1::/64'],
      persistentKeepalive: 25,
    },
  ]
  const tenant = makeTenant({ id: 'tunnel', network: { wireguard: { peers } } }, REGISTRY, [])
  const config = readConfig(memoryHost()).value
  for (const { path, text } of networkFiles(planNetwork(tenant, EMPTY_DISK, config, { index: 9, listenPort: 51828 })))
    here.machine.write(path, text)
  must('mkdir -p /var/lib/tenants/tunnel/network')
  must('umask 027; wg genkey >/var/lib/tenants/tunnel/network/wireguard.key')
  must('chgrp systemd-network /var/lib/tenants/tunnel/network/wireguard.key')
  must('chmod 711 /var/lib/tenants/tunnel /var/lib/tenants/tunnel/network; networkctl reload')
  const said = here.machine.journal('--unit=systemd-networkd.service')
  expect(said).not.toMatch(/50-[^ ]*:\d+:/)
  expect(said).not.toMatch(/50-tunnel-wireguard.netdev.*(?:ignoring|Permission)/)
})
