import { expect, test } from 'vitest'
import { type MemoryNode, memoryHost } from '../../lib/host/memory.ts'
import { tenantMachine } from '../../programs/tenant-machine.ts'
import { inRevision, ROOT, world } from '../lib/machine/world.ts'

const NETWORK = {
  '/sys/class/net/br-acme': '',
  '/var/lib/bitbuilder/network.json': '{"tenants": {"acme": {"index": 7}}}',
  '/etc/resolv.conf': 'nameserver 192.0.2.53\n',
}

const KERNEL = { [`${ROOT}/infra/k`]: '', [`${ROOT}/infra/rootfs/usr/lib/systemd/systemd`]: '' }
const ENTRY = { description: 'Road runners', infra: { kernel: 'infra/k', memory: '512M', cpu: 2 } }

const hostWith = (files: Record<string, MemoryNode> = {}, entry: object = ENTRY) =>
  memoryHost(world({ ...NETWORK, ...KERNEL, ...files }, entry))

const RUN = '/run/bitbuilder/machines'

const optionsOf = (host: ReturnType<typeof hostWith>, machine: string): readonly string[] =>
  /MACHINE_OPTIONS="(.*)"/.exec(host.readFile(`${RUN}/${machine}/environment`, 1 << 16)?.text ?? '')?.[1]?.split(' ') ??
  []

test('a VM gets its size, its kernel, its tap and its credentials', () => {
  const host = hostWith()
  expect(tenantMachine(host, ['infra', 'acme'])).toBe(0)
  expect(optionsOf(host, 'infra.acme').filter((word) => !word.startsWith('--load-credential'))).toEqual([
    '--cpus=2',
    '--ram=512M',
    '--vsock=no',
    '--notify-ready=no',
    '--linux=/run/tenants/infra.acme/kernel',
    '--firmware=none',
    '--network-tap',
  ])
  expect(Object.fromEntries(host.tree(`${RUN}/infra.acme/credentials`))).toEqual({
    'network.network.80-tenant': '[Match]\nType=ether\n\n[Network]\nDHCP=yes\n',
    'tenant.description': 'Road runners',
    'tenant.dns': '192.0.2.53',
    'tenant.gateway': '10.7.0.1',
    'tenant.id': 'acme',
    'tenant.machine': 'infra',
    'tenant.network': '10.7.0.1/24',
  })
  expect(host.stat(`${RUN}/infra.acme`)?.mode).toBe(0o700)
  expect(host.readLink(`${RUN}/infra.acme/tree`)).toBe(`${ROOT}/infra/rootfs`)
  expect(host.readLink(`${RUN}/infra.acme/kernel`)).toBe(`${ROOT}/infra/k`)
})

const credentialsOf = (entry: object, files: Record<string, MemoryNode> = {}) => {
  const host = hostWith(files, { ...ENTRY, ...entry })
  tenantMachine(host, ['infra', 'acme'])
  const all = Object.fromEntries(host.tree(`${RUN}/infra.acme/credentials`))
  return Object.fromEntries(
    ['repository', 'signers', 'key', 'known_hosts', 'netrc'].flatMap((name) =>
      all[`tenant.${name}`] === undefined ? [] : [[name, all[`tenant.${name}`]]],
    ),
  )
}

const KEYS = {
  '/etc/bitbuilder/git/acme.key': 'of the host',
  '/etc/bitbuilder/git/acme.netrc': 'of the host',
  '/etc/bitbuilder/git/acme.infra.key': 'of the VM',
  '/etc/bitbuilder/signers/acme.allowed-signers': 'a@example.org ssh-ed25519 AAAA',
  '/etc/bitbuilder/signers/acme.pgp': Uint8Array.from([0x98, 0xff, 0, 1]),
}

test('the infrastructure VM is told of the repository, and nothing that is secret of the host', () => {
  const url = 'https://me:secret@example.org/x.git?token=secret'
  expect(credentialsOf({ repository: { url, ref: 'main', verify: 'ssh' } }, KEYS)).toEqual({
    repository: '{"url":"https://example.org/x.git","ref":"main","verify":"ssh"}',
    signers: 'a@example.org ssh-ed25519 AAAA',
    key: 'of the VM',
  })
  expect(credentialsOf({ repository: { url: 'git@example.org:x', verify: 'openpgp' } }, KEYS)).toMatchObject({
    repository: '{"url":"git@example.org:x","verify":"openpgp"}',
    signers: '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmP8AAQ==\n-----END PGP PUBLIC KEY BLOCK-----\n',
  })
})

test.each([
  [{}, 'it has no repository'],
  [{ repository: { url: '/srv/x.git' } }, 'that is a path of the host'],
  [{ repository: { url: 'file:///srv/x.git' } }, 'that is a file of the host'],
])('a VM with %j is told nothing: %s', (entry, _) => {
  expect(credentialsOf(entry, KEYS)).toEqual({})
})

test.each([
  ['too large', 'x'.repeat(20_000)],
  ['writable for others', { kind: 'file', mode: 0o666, text: 'x' }],
  ['of somebody else', { kind: 'file', uid: 1000, text: 'x' }],
] as const)('a key that is %s is left out, and the VM starts', (_, node) => {
  const files = { ...KEYS, '/etc/bitbuilder/git/acme.infra.key': node }
  expect(Object.keys(credentialsOf({ repository: { url: 'https://example.org/x' } }, files))).toEqual(['repository'])
})

test('a guest is waited for where it can say that it is up, and where it does', () => {
  const vsock = { '/dev/vhost-vsock': { kind: 'device' } as const }
  const ready = (files: Record<string, MemoryNode>, entry: object = ENTRY) => {
    const host = hostWith(files, entry)
    tenantMachine(host, ['infra', 'acme'])
    return optionsOf(host, 'infra.acme').filter((word) => /vsock|ready/.test(word))
  }
  expect(ready(vsock)).toEqual(['--vsock=yes', '--notify-ready=yes'])
  expect(ready(vsock, { infra: { ...ENTRY.infra, notify: false } })).toEqual(['--vsock=yes', '--notify-ready=no'])
  expect(ready({}, { infra: { ...ENTRY.infra, notify: true } })).toEqual(['--vsock=no', '--notify-ready=no'])
})

test('KVM= of bitbuilder.conf is passed on', () => {
  const host = hostWith({ '/etc/bitbuilder/bitbuilder.conf': '[Machines]\nKVM=no\n' })
  tenantMachine(host, ['infra', 'acme'])
  expect(optionsOf(host, 'infra.acme')).toContain('--kvm=no')
})

test.each([
  ['a tree without /usr has that of the host', {}, ENTRY, 'usr', '/usr'],
  [
    'but not where extensions are laid over its own',
    {},
    { ...ENTRY, extensions: { base: 'rootfs' } },
    'usr',
    undefined,
  ],
  [
    'merged extensions come first',
    { '/proc/self/mountinfo': `1 2 0:3 / ${ROOT}/sysext rw - overlay overlay rw\n` },
    ENTRY,
    'usr',
    `${ROOT}/sysext`,
  ],
  [
    "the tenant's merged /etc",
    { '/proc/self/mountinfo': `1 2 0:3 / ${ROOT}/confext rw - overlay overlay rw\n` },
    ENTRY,
    'etc',
    `${ROOT}/confext`,
  ],
  ["never the host's /etc", {}, ENTRY, 'etc', undefined],
])('%s', (_, files, entry, name, target) => {
  const { [`${ROOT}/infra/rootfs/usr/lib/systemd/systemd`]: __, ...bare } = { ...NETWORK, ...KERNEL }
  const host = memoryHost(world({ ...bare, ...(files as Record<string, MemoryNode>) }, entry))
  tenantMachine(host, ['infra', 'acme'])
  const link = `${RUN}/infra.acme/over/${name}`
  expect(host.stat(link) === undefined ? undefined : host.readLink(link)).toBe(target)
})

test('a guest that has put a link in the place of /usr does not start', () => {
  const { [`${ROOT}/infra/rootfs/usr/lib/systemd/systemd`]: _, ...bare } = KERNEL
  const host = memoryHost(world({ ...NETWORK, ...bare, [`${ROOT}/infra/rootfs/usr`]: { link: '/run' } }, ENTRY))
  expect(() => tenantMachine(host, ['infra', 'acme'])).toThrow(`${ROOT}/infra/rootfs/usr: is a link`)
})

const SCRIPT = { [inRevision('scripts/container-init.sh')]: '#!/bin/sh\ntrue\n' }

test('a container gets its settings, its bridge and its script, and may say when it is up', () => {
  const { [`${ROOT}/containers/.web.origin`]: _, ...own } = world({
    ...NETWORK,
    ...SCRIPT,
    [`${ROOT}/containers/web/usr/lib/systemd/systemd`]: '',
    [inRevision('containers/web/nspawn-settings.conf')]: '[Exec]\nHostname=www\n[Files]\nBind=/\n',
  })
  const host = memoryHost(own)
  expect(tenantMachine(host, ['container', 'acme:web'])).toBe(0)
  expect(optionsOf(host, 'web.acme').slice(0, 2)).toEqual(['--notify-ready=yes', '--network-bridge=br-acme'])
  expect(host.readFile('/run/systemd/nspawn/web.acme.nspawn', 1 << 16)?.text).toContain('\nHostname=www\n')
  expect(host.logged.map(({ line }) => line).join('\n')).toContain('Bind= is not for a repository to set, ignoring it')
  const credentials = Object.fromEntries(host.tree(`${RUN}/web.acme/credentials`))
  expect(credentials['tenant.script']).toBe('#!/bin/sh\ntrue\n')
  expect(credentials['systemd.unit-dropin.multi-user.target~tenant']).toBe('[Unit]\nWants=tenant-script.service\n')
})

test('without its bridge no machine starts, and one of a tenant without network needs none', () => {
  const { '/sys/class/net/br-acme': _, ...rest } = NETWORK
  expect(() => tenantMachine(memoryHost(world({ ...rest, ...KERNEL }, ENTRY)), ['infra', 'acme'])).toThrow(
    'interface br-acme: is not there: systemctl restart tenant-network@acme.service',
  )
  const hermit = memoryHost(world({ ...rest, ...KERNEL }, { ...ENTRY, network: { mode: 'none' } }))
  expect(tenantMachine(hermit, ['infra', 'acme'])).toBe(0)
  expect(optionsOf(hermit, 'infra.acme')).not.toContain('--network-tap')
  expect(hermit.tree(`${RUN}/infra.acme/credentials`).map(([name]) => name)).not.toContain('tenant.gateway')
})

test('when a machine has stopped, nothing of it is left', () => {
  const host = hostWith()
  tenantMachine(host, ['infra', 'acme'])
  expect(tenantMachine(host, ['--stop', 'infra', 'acme'])).toBe(0)
  expect([host.tree(RUN), host.tree('/run/systemd')]).toEqual([[], []])
})

test('an emulator that left its PID file was killed', () => {
  const host = hostWith({ '/run/tenants/infra.acme/emulator': '7\n' })
  expect(tenantMachine(host, ['--stop', 'infra', 'acme'])).toBe(1)
  expect(host.logged.at(-1)?.line).toBe('tenant-machine: the emulator of infra.acme did not end by itself')
})

test.each([[[]], [['infra']], [['vm', 'acme']], [['vm', 'acme:a:b']], [['vm', 'acme:../x']], [['disk', 'acme']]])(
  '%j is a wrong call',
  (args) => {
    const host = hostWith()
    expect(tenantMachine(host, args)).toBe(2)
    expect(host.logged.at(-1)?.line).toMatch(/^usage: tenant-machine/)
  },
)
