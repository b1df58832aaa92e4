import { expect, test } from 'vitest'
import { memoryHost } from '../../lib/host/memory.ts'
import { NETWORK_STATE } from '../../lib/layout/paths.ts'
import { isNetworkCurrent } from '../../lib/network/current.ts'
import { tenantToRun } from '../../lib/tenant/one.ts'
import { setupTenantNetwork } from '../../programs/setup-tenant-network.ts'
import { teardownTenantNetwork } from '../../programs/teardown-tenant-network.ts'

const REGISTRY = '/var/lib/bitbuilder/tenants.json'
const PRIVATE = `${'p'.repeat(42)}A=\n`
const PUBLIC = `${'q'.repeat(42)}A=\n`
const PEER = `${'r'.repeat(42)}A=`

/** What ip(8) says of a bridge, whichever it is. */
const ADDRESSES = JSON.stringify([{ addr_info: ['10.1.0.1', '10.2.0.1', '10.9.0.1'].map((local) => ({ local })) }])

const text = (tenants: readonly object[]): string => JSON.stringify({ tenants })

/** A machine whose networkd and ip(8) make and delete interfaces as they are told, except those that `broken` names. */
const machine = (tenants: readonly object[], broken: (command: string) => boolean = () => false) => {
  const sys = (name: string): string => `/sys/class/net/${name}/ifindex`
  const appear = (name: string): void => {
    host.makeDir(`/sys/class/net/${name}`)
    host.replaceFile(sys(name), '9', 0o644)
  }
  const host = memoryHost(
    { [REGISTRY]: text(tenants), [sys('eth0')]: '2', '/sys/class/net/eth0/mtu': '1500\n', '/var/lib/tenants/x': '' },
    {
      run: (command) => {
        const line = command.join(' ')
        if (broken(line)) return { status: 2, stdout: '', stderr: 'Error: Unknown device type.\n' }
        const at = (word: string): string => command[command.indexOf(word) + 1] as string
        if (line.startsWith('ip link add')) appear(at('name'))
        if (line.startsWith('ip link delete')) host.remove(`/sys/class/net/${at('dev')}`)
        if (line === 'networkctl reload') {
          for (const [path] of host.tree('/run/systemd/network').filter(([name]) => name.endsWith('.netdev'))) {
            const file = host.readFile(`/run/systemd/network/${path}`, 4096)?.text ?? ''
            const name = /^Name=(.*)$/m.exec(file)?.[1] as string
            if (!broken(`networkd ${name}`)) appear(name)
          }
        }
        if (line.startsWith('ip -json -4 address')) return { status: 0, stdout: ADDRESSES, stderr: '' }
        return {
          status: 0,
          stdout: line === 'wg genkey' ? PRIVATE : line.includes('wg pubkey') ? PUBLIC : '',
          stderr: '',
        }
      },
    },
  )
  const interfaces = (): readonly string[] =>
    [...new Set(host.tree('/sys/class/net').map(([path]) => path.split('/')[0] as string))].sort()
  const files = (): readonly string[] => host.tree('/run/systemd/network').map(([path]) => path)
  /** What was run, but for isolation.test.ts to tell, and the wait for the bridge. */
  const besides = /^(?:nft|ip -json|\S*systemd-sysctl) /
  const run = (work: () => unknown): readonly string[] => {
    const before = host.commands.length
    work()
    return host.commands
      .slice(before)
      .map((command) => command.join(' '))
      .filter((line) => !besides.test(line))
  }
  const change = (...changed: readonly object[]): void => host.replaceFile(REGISTRY, text(changed), 0o644)
  const isCurrent = (): boolean => isNetworkCurrent(host, tenantToRun(host, 'acme'))
  return { host, appear, interfaces, files, run, change, isCurrent, setup: () => setupTenantNetwork(host, ['acme']) }
}

const acme = (network: object) => ({ id: 'acme', network })
const wireguard = {
  wireguard: { peers: [{ publicKey: PEER, endpoint: '192.0.2.1:51820', allowedIps: ['192.168.7.0/24'] }] },
}

test('VLAN and VXLAN are made on their uplink, and kept as long as nothing about them changes', () => {
  const { run, setup, interfaces, host, isCurrent } = machine([
    acme({ vlan: { uplink: 'eth0' }, vxlan: { remotes: ['192.0.2.1', '192.0.2.2'] } }),
  ])
  expect(run(setup)).toEqual([
    'ip link add name vx-acme mtu 1450 type vxlan id 1 remote 192.0.2.1 dstport 4789',
    'bridge fdb append 00:00:00:00:00:00 dev vx-acme dst 192.0.2.2',
    'ip link add link eth0 name vl-acme type vlan id 101',
    'networkctl reload',
  ])
  expect(interfaces()).toEqual(['br-acme', 'eth0', 'vl-acme', 'vx-acme'])
  expect(host.readFile('/run/systemd/network/50-acme-ports.network', 4096)?.text).toContain('\nName=vl-acme vx-acme\n')
  expect(host.readFile('/run/systemd/network/50-acme-bridge.network', 4096)?.text).toContain(
    '\nSendOption=26:uint16:1450\n',
  )
  expect(run(setup)).toEqual([])
  expect(isCurrent()).toBe(true)
})

test('what has changed is made anew, what is no longer asked for goes', () => {
  const { run, setup, interfaces, change, isCurrent } = machine([acme({ vlan: { uplink: 'eth0', id: 5 } })])
  setup()
  change(acme({ vlan: { uplink: 'eth0', id: 6 } }))
  expect(isCurrent()).toBe(false)
  expect(run(setup)).toEqual(['ip link delete dev vl-acme', 'ip link add link eth0 name vl-acme type vlan id 6'])
  expect(isCurrent()).toBe(true)
  change(acme({}))
  expect(isCurrent()).toBe(false)
  expect(run(setup)).toEqual(['networkctl reload', 'ip link delete dev vl-acme'])
  expect(interfaces()).toEqual(['br-acme', 'eth0'])
})

test('an interface that disappeared is made again', () => {
  const { run, setup, host } = machine([acme({ vlan: { uplink: 'eth0' } })])
  setup()
  host.remove('/sys/class/net/vl-acme')
  expect(run(setup)).toEqual(['ip link add link eth0 name vl-acme type vlan id 101'])
})

test('what a killed set-up left is taken for ours', () => {
  let isKilled = true
  const { setup, host, interfaces } = machine([acme(wireguard)], (line) => {
    if (isKilled && line === 'ip link delete dev wg-acme') throw new Error('killed')
    return false
  })
  expect(setup).toThrow('killed')
  isKilled = false
  expect(interfaces()).toContain('wg-acme')
  expect(setup()).toBe(0)
  teardownTenantNetwork(host, ['acme'])
  expect(interfaces()).toEqual(['eth0'])
})

test('without its uplink nothing is made', () => {
  const { run, setup, files, interfaces } = machine([acme({ vlan: { uplink: 'eth9' } })])
  expect(run(() => expect(setup).toThrow("network.vlan.uplink: there is no interface 'eth9' on this host"))).toEqual([])
  expect([files(), interfaces()]).toEqual([[], ['eth0']])
})

test.each([
  ['ip link add link eth0', 'network.vlan: ip link add link eth0 .* without 8021q'],
  ['bridge fdb', 'network.vxlan: bridge fdb append .* without vxlan'],
  [
    'ip link add name wg-acme',
    'network.wireguard: this kernel makes no WireGuard interface: Error: Unknown device type',
  ],
  ['networkd wg-acme', 'interface wg-acme: was not made by systemd-networkd'],
  ['networkctl reload', 'networkctl reload: failed with status 2'],
])('when "%s" fails nothing half-made stays', (bad, words) => {
  const everything = {
    ...wireguard,
    vlan: { uplink: 'eth0' },
    vxlan: { remotes: ['192.0.2.1', '192.0.2.2'] },
    namespace: true,
  }
  const { setup, files, interfaces, host } = machine([acme(everything)], (command) => command.startsWith(bad))
  expect(setup).toThrow(new RegExp(words))
  expect([files(), interfaces(), host.tree('/run/bitbuilder/links'), host.tree('/run/bitbuilder/namespaces')]).toEqual([
    [],
    ['eth0'],
    [],
    [],
  ])
})

test('a change that cannot be made leaves everything as it was', () => {
  let isBroken = false
  const { setup, files, interfaces, change, host } = machine(
    [acme({})],
    (line) => isBroken && line === 'networkd wg-acme',
  )
  setup()
  const before = [files(), interfaces(), host.tree('/run/systemd/network')]
  isBroken = true
  change(acme({ ...wireguard, vlan: { uplink: 'eth0' } }))
  expect(setup).toThrow('interface wg-acme: was not made')
  expect([files(), interfaces(), host.tree('/run/systemd/network')]).toEqual(before)
})

test('an interface of somebody else is neither used nor taken away', () => {
  const { setup, host, appear, interfaces, change } = machine([acme({ vlan: { uplink: 'eth0' } })])
  appear('vl-acme')
  expect(setup).toThrow('interface vl-acme: is there already, and not made for the tenant')
  change(acme({}))
  setup()
  teardownTenantNetwork(host, ['acme'])
  expect(interfaces()).toEqual(['eth0', 'vl-acme'])
})

test('the WireGuard key is born once, for networkd to read, and in no message', () => {
  const { setup, host, run, files } = machine([acme(wireguard)])
  expect(run(setup)).toEqual([
    'wg genkey',
    'chown --no-dereference root:systemd-network /var/lib/tenants/acme/network/wireguard.key',
    'sh -c exec wg pubkey <"$1" sh /var/lib/tenants/acme/network/wireguard.key',
    'ip link add name wg-acme type wireguard',
    'ip link delete dev wg-acme',
    'networkctl reload',
  ])
  const key = '/var/lib/tenants/acme/network/wireguard.key'
  expect([host.readFile(key, 99)?.text, host.stat(key)?.mode]).toEqual([PRIVATE, 0o640])
  expect(host.readFile('/var/lib/tenants/acme/network/wireguard.pub', 99)?.text).toBe(PUBLIC)
  expect(host.stat('/var/lib/tenants/acme/network')?.mode).toBe(0o711)
  expect(files()).toContain('50-acme-wireguard.netdev')
  expect(run(setup)).not.toContain('wg genkey')
  expect(JSON.stringify([host.commands, host.logged])).not.toContain('pppp')
  expect(host.readFile('/run/systemd/network/50-acme-wireguard.netdev', 4096)?.text).toMatchInlineSnapshot(`
    "# Generated by setup-tenant-network, changes here are lost

    [NetDev]
    Name=wg-acme
    Kind=wireguard

    [WireGuard]
    PrivateKeyFile=/var/lib/tenants/acme/network/wireguard.key
    ListenPort=51820
    RouteTable=main

    [WireGuardPeer]
    PublicKey=rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrA=
    Endpoint=192.0.2.1:51820
    AllowedIPs=192.168.7.0/24
    "
  `)
})

test('other peers make another tunnel', () => {
  const { setup, run, change } = machine([acme({ wireguard: {} })])
  setup()
  change(acme(wireguard))
  expect(run(setup).slice(-2)).toEqual(['ip link delete dev wg-acme', 'networkctl reload'])
})

test.each([
  ['status 127', 127, '', 'wg: is not installed, network.wireguard needs wireguard-tools'],
  ['nonsense', 0, 'pppp', 'wg genkey: failed with status 0'],
])('a wg that ends with %s is told, not its output', (_, status, stdout, words) => {
  const host = memoryHost(
    { [REGISTRY]: text([acme(wireguard)]), '/sys/module/wireguard/x': '', '/var/lib/tenants/x': '' },
    { run: ([name]) => (name === 'wg' ? { status, stdout, stderr: '' } : { status: 0, stdout: '', stderr: '' }) },
  )
  expect(() => setupTenantNetwork(host, ['acme'])).toThrow(words)
})

test('a key that is none is not used', () => {
  const { setup, host } = machine([acme(wireguard)])
  host.makeDir('/var/lib/tenants/acme/network')
  host.replaceFile('/var/lib/tenants/acme/network/wireguard.key', 'secret\n', 0o640)
  expect(setup).toThrow('/var/lib/tenants/acme/network/wireguard.key: is no WireGuard key')
})

test('a prefix behind a peer of another tenant, while that is up, is refused', () => {
  const both = [
    acme(wireguard),
    { id: 'other', network: { wireguard: { peers: [{ publicKey: PEER, allowedIps: ['192.168.0.0/16'] }] } } },
  ]
  const { setup, host } = machine(both)
  setupTenantNetwork(host, ['other'])
  expect(setup).toThrow("192.168.7.0/24 overlaps 192.168.0.0/16, which is behind a peer of tenant 'other'")
  teardownTenantNetwork(host, ['other'])
  expect(setup()).toBe(0)
})

test('a port name that another tenant has is refused', () => {
  const { setup, host } = machine([acme({})])
  host.makeDir('/var/lib/tenants/acme/containers/a-machine-with-a-long-name')
  setup()
  const file = '/run/systemd/network/50-acme-ports.network'
  const taken = host.readFile(file, 4096)?.text as string
  host.replaceFile('/run/systemd/network/50-other-ports.network', taken, 0o644)
  expect(setup).toThrow(
    /interface vb-a-machin....: systemd would give it to machine 'a-machine.*, and tenant 'other' has it/,
  )
})

test('the namespace gets its commands, and is restarted when they change', () => {
  const { setup, host, run, change } = machine([acme({ namespace: true })])
  expect(run(setup)).toEqual(['networkctl reload'])
  const batch = (side: string): string => host.readFile(`/run/bitbuilder/namespaces/acme.${side}`, 4096)?.text ?? ''
  expect(batch('host')).toBe(`link add name vn-acme mtu 1500 type veth peer name host0 mtu 1500 netns tenant-acme
link set dev vn-acme addrgenmode none
`)
  expect(batch('inside')).toBe(`link set dev host0 addrgenmode none
link set dev host0 up
address add 10.1.0.2/24 dev host0
route add default via 10.1.0.1 dev host0
`)
  change(acme({ namespace: true, index: 9 }))
  expect(run(setup)).toContain('systemctl try-restart --no-block -- netns-tenant@acme.service')
  change(acme({ index: 9 }))
  expect(run(setup)).toContain('systemctl stop --no-block -- netns-tenant@acme.service')
})

test('teardown takes everything away but keys and numbers, for a tenant that nobody knows any more', () => {
  const everything = { ...wireguard, vlan: { uplink: 'eth0' }, vxlan: { uplink: 'eth0' }, namespace: true }
  const { setup, host, interfaces, files } = machine([acme(everything)])
  setup()
  expect(interfaces()).toEqual(['br-acme', 'eth0', 'vl-acme', 'vx-acme', 'wg-acme'])
  host.remove(REGISTRY)
  teardownTenantNetwork(host, ['acme'])
  expect([interfaces(), files(), host.tree('/run/bitbuilder/links'), host.tree('/run/bitbuilder/namespaces')]).toEqual([
    ['eth0'],
    [],
    [],
    [],
  ])
  expect(host.stat('/var/lib/tenants/acme/network/wireguard.key')).toBeDefined()
  expect(host.stat(NETWORK_STATE)).toBeDefined()
})
