import { expect, test } from 'vitest'
import { readCurrent, readManifest, readProvisionState, requireProvisioned } from '../../../lib/git/state.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { makeTenant } from '../../../lib/tenant/tenant.ts'

const COMMIT = 'c0ffee'.padEnd(40, '0')
const TREE = 'beef'.padEnd(40, '1')
const DIR = '/var/lib/tenants/acme'
const MANIFEST = { commit: COMMIT, number: 3, path: '', trees: { 'containers/web/rootfs': TREE } }

const host = (manifest: unknown, config = `revisions/${COMMIT}`) =>
  memoryHost({
    [`${DIR}/config`]: { link: config },
    [`${DIR}/revisions/${COMMIT}.json`]: typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
  })

test('readManifest() reads that of the commit that config points to', () => {
  expect(readManifest(host(MANIFEST), 'acme')).toEqual(MANIFEST)
})

test.each(['/etc', `revisions/${COMMIT}/..`, `../other/revisions/${COMMIT}`, 'revisions/main', `/revision/${COMMIT}`])(
  'a config that points to %s is none of ours',
  (target) => {
    expect([readCurrent(host(MANIFEST, target), 'acme'), readManifest(host(MANIFEST, target), 'acme')]).toEqual([
      undefined,
      undefined,
    ])
  },
)

test('a tenant without config, or with a directory in its place, has no manifest', () => {
  expect(readManifest(memoryHost(), 'acme')).toBeUndefined()
  expect(readManifest(memoryHost({ [`${DIR}/config/metadata.json`]: '{}' }), 'acme')).toBeUndefined()
})

test.each([
  ['{', 'is not valid JSON'],
  ['[]', 'is not an object'],
  [{ ...MANIFEST, trees: { x: '../../etc' } }, 'is no manifest'],
  [{ ...MANIFEST, commit: TREE }, 'is no manifest'],
  [{ ...MANIFEST, number: '3' }, 'is no manifest'],
])('readManifest() throws on %j', (manifest, words) => {
  expect(() => readManifest(host(manifest), 'acme')).toThrow(words)
})

const state = (text: string) => readProvisionState(memoryHost({ [`${DIR}/provision.json`]: text }), 'acme')

test('readProvisionState() reads what is sound in the file, and takes one that is not for none', () => {
  const problem = { severity: 'error', at: { file: 'x', line: 1, column: 2 }, message: 'no' }
  const whole = { state: 'failed', commit: COMMIT, wanted: TREE, problems: [problem] }
  expect(state(JSON.stringify(whole))).toEqual(whole)
  expect(state(JSON.stringify({ state: 'current', commit: 'main', problems: [problem, 7, { message: 'x' }] }))).toEqual(
    {
      state: 'current',
      problems: [problem],
    },
  )
  expect([state('{'), state('7'), readProvisionState(memoryHost(), 'acme')]).toEqual([undefined, undefined, undefined])
})

test('requireProvisioned() wants a revision of a tenant with a repository, and of each a directory that is its own', () => {
  const local = makeTenant({ id: 'acme' }, '/x.json', [])
  const remote = makeTenant({ id: 'acme', repository: { url: '/srv/acme' } }, '/x.json', [])
  const linked = memoryHost({ '/var/lib/tenants/acme': { link: '/var/lib/tenants/other' } })
  requireProvisioned(memoryHost(), local)
  requireProvisioned(host(MANIFEST), remote)
  expect(() => requireProvisioned(memoryHost(), remote)).toThrow('has no revision of its repository yet')
  expect(() => requireProvisioned(linked, local)).toThrow('is a link, expected a directory')
})
