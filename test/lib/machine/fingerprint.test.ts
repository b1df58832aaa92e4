import { expect, test } from 'vitest'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { changedSince, machineFingerprint, startedFingerprint } from '../../../lib/machine/fingerprint.ts'
import { tenantToRun } from '../../../lib/tenant/one.ts'
import { inRevision, OTHER_TREE, TREE, world } from './world.ts'

const fingerprint = (kind: 'infra' | 'vm' | 'container', name: string, files: Record<string, MemoryNode>) => {
  const host = memoryHost(files, { run: ([, , path]) => ({ status: 0, stdout: `sum-of ${path}\n`, stderr: '' }) })
  return machineFingerprint(host, tenantToRun(host, 'acme'), kind, name)
}

test('a container starts again for another tree, bridge, script or setting, and for nothing else', () => {
  const before = fingerprint('container', 'web', world())
  const since = (files: Record<string, MemoryNode>) => changedSince(before, fingerprint('container', 'web', files))
  expect(before).toEqual({ tree: TREE, bridge: 'br-acme', settings: '' })
  expect(since(world())).toEqual([])
  expect(since(world({}, {}, OTHER_TREE))).toEqual(['tree'])
  expect(since(world({}, { network: { mode: 'none' } }))).toEqual(['bridge'])
  expect(since(world({ [inRevision('scripts/container-init.sh')]: 'true' }))).toEqual(['script'])
  const settings = inRevision('containers/web/nspawn-settings.conf')
  expect(since(world({ [settings]: '[Exec]\nHostname=www\n' }))).toEqual(['settings'])
  expect(since(world({ [settings]: '[Files]\nBind=/etc\n' }))).toEqual([])
  expect(since(world({ [inRevision('containers/web/metadata.json')]: '{"resources": {"memory": "1G"}}' }))).toEqual([])
  expect(since(world({}, { description: 'changed', resources: { memory: '2G' } }))).toEqual([])
})

test('a VM starts again for its size, its kernel and its initrd, wherever these are said', () => {
  const before = fingerprint('vm', 'db', world())
  const since = (files: Record<string, MemoryNode>) => changedSince(before, fingerprint('vm', 'db', files))
  const size = { [inRevision('machines/db/metadata.json')]: '{"resources": {"cpu": 2, "memory": "1G"}}' }
  expect(since(world(size))).toEqual(['cpu', 'memory'])
  const boot = { [inRevision('machines/db/vmlinuz')]: 'k', [inRevision('machines/db/initrd')]: 'i' }
  expect(since(world(boot))).toEqual(['kernel', 'initrd'])
  const infra = fingerprint('infra', 'infra', world({}, { infra: { cpu: 4, memory: '512M' } }))
  expect(infra).toEqual({ cpu: '4', memory: '512M', bridge: 'br-acme' })
})

test('a kernel of the repository is known by what is in it, one of the registry by its path', () => {
  const boot = { [inRevision('machines/db/vmlinuz')]: 'k' }
  expect(fingerprint('vm', 'db', world(boot)).kernel).toBe('sum-of')
  const own = world({ '/var/lib/tenants/acme/infra/vmlinuz': 'k' }, { infra: { kernel: 'infra/vmlinuz' } })
  expect(fingerprint('infra', 'infra', own).kernel).toBe('/var/lib/tenants/acme/infra/vmlinuz')
})

test('what an administrator has made has no tree of the repository', () => {
  expect(fingerprint('vm', 'own', world())).toEqual({ bridge: 'br-acme' })
  expect(() => fingerprint('vm', 'nobody', world())).toThrow('/machines/nobody: is no machine of the tenant')
})

test.each([
  ['{"tree": "1", "cpu": "2"}', { tree: '1', cpu: '2' }],
  ['[]', undefined],
  ['{"tree"', undefined],
])('what was started is read back from %s', (text, expected) => {
  const host = memoryHost({ '/run/bitbuilder/machines/web.acme/started.json': text })
  expect(startedFingerprint(host, 'web.acme')).toEqual(expected)
})

test('a machine that was never started has no fingerprint', () => {
  expect(startedFingerprint(memoryHost(), 'web.acme')).toBeUndefined()
})
