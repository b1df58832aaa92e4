import { expect, test } from 'vitest'
import { mountGenerator } from '../../generators/mount-generator.ts'
import { tenantGenerator } from '../../generators/tenant-generator.ts'
import type { Finished } from '../../lib/host/host.ts'
import { type MemoryNode, memoryHost } from '../../lib/host/memory.ts'
import { tenantCleanup } from '../../programs/tenant-cleanup.ts'
import { tenantLayers } from '../../programs/tenant-layers.ts'
import { tenantManager } from '../../programs/tenant-manager.ts'
import { tenantProvision } from '../../programs/tenant-provision.ts'
import { tenantsLate } from '../../programs/tenants-late.ts'

const registry = (...tenants: object[]) => ({ '/var/lib/bitbuilder/tenants.json': JSON.stringify({ tenants }) })

const TENANT = '/var/lib/tenants/acme'

const RELEASE = 'usr/lib/extension-release.d/extension-release'

const tree = (name: string, release = 'ID=_any\n') => ({
  [`${TENANT}/extensions/sysext/${name}/${RELEASE}.${name}`]: release,
})

const image = (name: string, inside: Record<string, MemoryNode>) => ({
  [`${TENANT}/extensions/sysext/${name}.raw`]: 'hsqs',
  ...Object.fromEntries(
    Object.entries(inside).map(([path, node]) => [`/run/bitbuilder/images/acme/sysext/${name}/${path}`, node]),
  ),
})

test('provision makes the directories of a tenant, with their modes, and may be repeated', () => {
  const host = memoryHost(registry({ id: 'acme' }))
  expect([tenantProvision(host, ['acme']), tenantProvision(host, ['acme'])]).toEqual([0, 0])
  const mode = (path: string) => host.stat(`${TENANT}${path}`)?.mode.toString(8)
  expect(['', '/extensions/sysext', '/network', '/machines', '/overlay', '/infra'].map(mode)).toEqual([
    '711',
    '755',
    '711',
    '700',
    '711',
    '700',
  ])
})

test.each([
  [{ [TENANT]: { link: '/var/lib/tenants/other' } }, `${TENANT}: is a link, expected a directory`],
  [{ [`${TENANT}/overlay`]: { link: '/etc' } }, `${TENANT}/overlay: is a link, expected a directory`],
  [{ [`${TENANT}/network`]: 'text' }, `${TENANT}/network: is a file, expected a directory`],
])('provision refuses %j', (files, words) => {
  expect(() =>
    tenantProvision(memoryHost({ ...registry({ id: 'acme' }), ...(files as Record<string, MemoryNode>) }), ['acme']),
  ).toThrow(words)
})

test('layers makes upper and work directories, and links the images that fit', () => {
  const host = memoryHost({
    ...registry({ id: 'acme' }),
    '/usr/lib/os-release': 'ID=debian\n',
    ...tree('tools'),
    ...image('good', { [`${RELEASE}.good`]: 'ID=debian\n' }),
    ...image('bad', { [`${RELEASE}.bad`]: 'ID=fedora\n' }),
    ...image('sly', { [`${RELEASE}.sly`]: { link: '/etc/os-release' }, 'usr/x': '' }),
    ...image('slyer', { usr: { link: '/etc' } }),
  })
  expect(tenantLayers(host, ['acme'])).toBe(0)
  expect(host.tree('/run/bitbuilder/layers')).toEqual([
    ['acme/mounted.json', '{}\n'],
    ['acme/sysext/bad', '-> /run/bitbuilder/layers/acme/none/sysext/bad'],
    ['acme/sysext/good', '-> /run/bitbuilder/images/acme/sysext/good/usr'],
    ['acme/sysext/sly', '-> /run/bitbuilder/layers/acme/none/sysext/sly'],
    ['acme/sysext/slyer', '-> /run/bitbuilder/layers/acme/none/sysext/slyer'],
  ])
  for (const name of ['bad', 'sly', 'slyer'])
    expect(host.readDir(`/run/bitbuilder/layers/acme/none/sysext/${name}`)?.entries).toEqual([])
  expect(host.logged.map(({ line }) => line)).toEqual([
    `${TENANT}/extensions/sysext/slyer.raw: usr is not a directory, leaving the extension out`,
    `${TENANT}/extensions/sysext/sly.raw: /run/bitbuilder/images/acme/sysext/sly/${RELEASE}.sly: is a link that leads out of /run/bitbuilder/images/acme/sysext/sly, leaving the extension out`,
    `${TENANT}/extensions/sysext/bad.raw: is for 'fedora', the base is 'debian', leaving the extension out`,
  ])
  expect([host.stat(`${TENANT}/overlay/usr`)?.mode, host.stat(`${TENANT}/overlay/.usr-work`)?.mode]).toEqual([
    0o755, 0o700,
  ])
})

test('layers, done again, keeps the directories that an overlay may have, and forgets links', () => {
  const host = memoryHost({
    ...registry({ id: 'acme' }),
    '/usr/lib/os-release': 'ID=debian\n',
    ...image('bad', { [`${RELEASE}.bad`]: 'ID=fedora\n' }),
    '/run/bitbuilder/layers/acme/empty/in-use': '',
    '/run/bitbuilder/layers/acme/none/sysext/bad/in-use': '',
    '/run/bitbuilder/layers/acme/sysext/gone': { link: '/run/bitbuilder/images/acme/sysext/gone/usr' },
  })
  expect(tenantLayers(host, ['acme'])).toBe(0)
  expect(host.tree('/run/bitbuilder/layers').map(([path]) => path)).toEqual([
    'acme/empty/in-use',
    'acme/mounted.json',
    'acme/none/sysext/bad/in-use',
    'acme/sysext/bad',
  ])
})

test('layers makes no writable layer for an immutable tenant, and stop takes its own away', () => {
  const host = memoryHost({
    ...registry({ id: 'acme', extensions: { mutable: false } }),
    '/usr/lib/os-release': 'ID=debian\n',
    ...tree('tools'),
  })
  expect(tenantLayers(host, ['acme'])).toBe(0)
  expect(host.stat(`${TENANT}/overlay`)).toBeUndefined()
  expect(tenantLayers(host, ['--stop', 'acme'])).toBe(0)
  expect(host.stat('/run/bitbuilder/layers/acme')).toBeUndefined()
})

test('layers writes down what the overlays are about to be made of', () => {
  const unit = (name: string, mount: string) => ({
    [`/run/systemd/generator/${name}`]: `[Unit]\nDescription=x\n\n[Mount]\n${mount}\n`,
  })
  const host = memoryHost({
    ...registry({ id: 'acme' }),
    '/usr/lib/os-release': 'ID=debian\n',
    ...tree('tools'),
    ...image('good', { [`${RELEASE}.good`]: 'ID=debian\n' }),
    ...unit('var-lib-tenants-acme-sysext.mount', 'What=overlay'),
    ...unit('run-bitbuilder-images-acme-sysext-good.mount', 'What=good.raw'),
    ...unit('run-bitbuilder-images-other-sysext-good.mount', 'What=else'),
  })
  expect(tenantLayers(host, ['acme'])).toBe(0)
  expect(JSON.parse(host.readFile('/run/bitbuilder/layers/acme/mounted.json', 1000)?.text ?? '')).toEqual({
    'var-lib-tenants-acme-sysext.mount': '[Mount]\nWhat=overlay\n',
    'run-bitbuilder-images-acme-sysext-good.mount': '[Mount]\nWhat=good.raw\n',
  })
})

test('layers does not write through a link in the place of the writable layer', () => {
  const host = memoryHost({
    ...registry({ id: 'acme' }),
    '/usr/lib/os-release': 'ID=debian\n',
    ...tree('tools'),
    [`${TENANT}/overlay/usr`]: { link: '/usr' },
  })
  expect(() => tenantLayers(host, ['acme'])).toThrow(`${TENANT}/overlay/usr: is a link, expected a directory`)
})

const answer =
  (units: readonly Record<string, string>[]) =>
  (command: readonly string[]): Finished => ({
    status: 0,
    stdout:
      command[1] === 'show'
        ? units
            .map((unit) =>
              Object.entries(unit)
                .map(([key, value]) => `${key}=${value}`)
                .join('\n'),
            )
            .join('\n\n')
        : '',
    stderr: '',
  })

const verbs = (commands: readonly (readonly string[])[]) =>
  commands.filter(([, verb]) => verb !== 'show').map(([, ...words]) => words.join(' '))

const SYSEXT = 'var-lib-tenants-acme-sysext.mount'

const machines = {
  [`${TENANT}/infra/rootfs/etc/os-release`]: 'ID=debian\n',
  [`${TENANT}/machines/web/etc/x`]: '',
  ...tree('tools'),
  '/usr/lib/os-release': 'ID=debian\n',
}

/** A machine whose daemon-reload runs the generators, as systemd's does. */
const systemd = (files: Record<string, MemoryNode>, units: readonly Record<string, string>[], writes = true) => {
  const host = memoryHost(files, {
    run: (command) => {
      if (command[1] === 'daemon-reload' && writes) {
        tenantGenerator(host, ['/run/systemd/generator'])
        mountGenerator(host, ['/run/systemd/generator'])
      }
      return answer(units)(command)
    },
  })
  return host
}

/** Without a network, which is another story. */
const ALONE = { id: 'acme', network: { mode: 'none' } }

/** What runs when the manager does. */
const STARTING = [
  { Id: 'tenant-network@acme.service', ActiveState: 'active' },
  { Id: 'tenant@acme.service', ActiveState: 'activating' },
]

test('the manager reloads once when a unit is missing, starts mounts and waits, queues machines', () => {
  const host = systemd({ ...registry(ALONE), ...machines }, STARTING)
  expect(tenantManager(host, ['acme'])).toBe(0)
  expect(verbs(host.commands)).toEqual([
    'daemon-reload',
    `start -- ${SYSEXT}`,
    'start --no-block -- tenant-infra@acme.service tenant-vm@acme:web.service',
  ])
})

test('the manager does nothing where nothing is to be done', () => {
  const up = [SYSEXT, 'tenant-infra@acme.service', 'tenant-vm@acme:web.service'].map((Id) => ({
    Id,
    ActiveState: 'active',
  }))
  const host = systemd({ ...registry(ALONE), ...machines }, [...STARTING, ...up])
  tenantManager(host, ['acme'])
  const before = host.commands.length
  tenantManager(host, ['acme'])
  expect([verbs(host.commands), verbs(host.commands.slice(before))]).toEqual([['daemon-reload'], []])
})

test('the manager says what the generators did not write', () => {
  const host = systemd(registry(ALONE), STARTING, false)
  expect(() => tenantManager(host, ['acme'])).toThrow(
    '/run/systemd/generator/tenant-acme.slice is missing: even after a daemon-reload',
  )
  expect(verbs(host.commands)).toEqual(['daemon-reload'])
})

test('the manager stops a machine that is gone', () => {
  const host = systemd(registry(ALONE), [
    ...STARTING,
    { Id: 'tenant-container@acme:db.service', ActiveState: 'active' },
    { Id: SYSEXT, ActiveState: 'inactive' },
  ])
  expect(tenantManager(host, ['acme'])).toBe(0)
  expect(verbs(host.commands)).toEqual(['daemon-reload', 'stop -- tenant-container@acme:db.service'])
  expect(host.logged.map(({ line }) => line)).toEqual([
    'daemon-reload: tenant-acme.slice is missing',
    'stop tenant-container@acme:db.service: is not wanted any more',
  ])
})

test.each([
  ['activating', {}, 'has no entry for this host'],
  ['reloading', { '/var/lib/bitbuilder/tenants.json': '{' }, 'is not in the registry, which has errors'],
  ['reloading', registry({ id: 'acme', enabled: 7 }), 'is refused: bitbuilder verify acme'],
])('the manager of a tenant that is %s fails with %j: %s', (ActiveState, files, words) => {
  const host = systemd(files as Record<string, MemoryNode>, [{ Id: 'tenant@acme.service', ActiveState }])
  expect(() => tenantManager(host, ['acme'])).toThrow(words)
  expect(verbs(host.commands)).toEqual([])
})

test.each([{}, registry({ id: 'acme', placement: { hosts: ['elsewhere'] } })])(
  'a reload of a tenant that has no entry for this host stops it: %j',
  (files) => {
    const host = systemd(files, [{ Id: 'tenant@acme.service', ActiveState: 'reloading' }])
    expect(tenantManager(host, ['acme'])).toBe(0)
    expect(verbs(host.commands)).toEqual([
      '--quiet --no-block --collect --service-type=oneshot --property=After=tenant@acme.service -- systemctl stop -- tenant@acme.service',
    ])
  },
)

test('cleanup stops only what systemd does not stop by itself', () => {
  const host = memoryHost(
    {},
    {
      run: answer([
        { Id: SYSEXT, ActiveState: 'active', PartOf: 'tenant@acme.service', BindsTo: '' },
        { Id: 'var-lib-tenants-acme-confext.mount', ActiveState: 'active', PartOf: '', BindsTo: '' },
        { Id: 'tenant-vm@acme:web.service', ActiveState: 'active', PartOf: '', BindsTo: 'tenant@acme.service' },
        { Id: 'tenant-vm@acme:old.service', ActiveState: 'activating', PartOf: '', BindsTo: '' },
        { Id: 'tenant-vm@acme:dead.service', ActiveState: 'inactive', PartOf: '', BindsTo: '' },
        { Id: 'tenant-acme.slice', ActiveState: 'active', FragmentPath: '/run/systemd/generator/tenant-acme.slice' },
      ]),
    },
  )
  expect(tenantCleanup(host, ['acme'])).toBe(0)
  expect(verbs(host.commands)).toEqual([
    'stop -- tenant-vm@acme:old.service',
    'stop --no-block -- var-lib-tenants-acme-confext.mount',
  ])
})

test('cleanup stops the slice once its file is gone', () => {
  const host = memoryHost({}, { run: answer([{ Id: 'tenant-acme.slice', ActiveState: 'active', FragmentPath: '' }]) })
  expect(tenantCleanup(host, ['acme'])).toBe(0)
  expect(verbs(host.commands)).toEqual(['stop --no-block -- tenant-acme.slice'])
})

test('the late look waits for the boot, reloads once and starts the tenants, even on a degraded system', () => {
  const host = memoryHost(
    {},
    { run: ([, verb]) => ({ status: verb === 'is-system-running' ? 1 : 0, stdout: '', stderr: '' }) },
  )
  expect(tenantsLate(host, [])).toBe(0)
  expect(verbs(host.commands)).toEqual([
    'is-system-running --wait',
    'daemon-reload',
    'start --no-block -- tenants.target',
  ])
})
