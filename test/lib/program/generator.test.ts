import { expect, test } from 'vitest'
import { mountGenerator } from '../../../generators/mount-generator.ts'
import { tenantGenerator } from '../../../generators/tenant-generator.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { runByName } from '../../../lib/program/by-name.ts'

const tenants = Array.from({ length: 10 }, (_, index) => ({ id: `t${index}` }))
const files = { '/var/lib/bitbuilder/tenants.json': JSON.stringify({ tenants }) }

// Expected values: systemd.generator(7): one or three directories.
test.each([0, 2, 4, 5])('%d arguments are a wrong call', (count) => {
  const host = memoryHost(files)
  const args = Array.from({ length: count }, (_, index) => `/out${index}`)
  expect(tenantGenerator(host, args)).toBe(2)
  expect(mountGenerator(host, args)).toBe(2)
  expect(host.logged.map(({ line }) => line)).toEqual([
    'usage: tenant-generator NORMAL-DIR [EARLY-DIR LATE-DIR]',
    'usage: mount-generator NORMAL-DIR [EARLY-DIR LATE-DIR]',
  ])
  expect(host.tree('/var').map(([path]) => path)).toEqual(['lib/bitbuilder/tenants.json'])
  expect(host.tree('/out0')).toEqual([])
})

test.each([[['/out']], [['/out', '/early', '/late']]])('%j writes into the first', (args) => {
  const host = memoryHost(files)
  expect(tenantGenerator(host, args)).toBe(0)
  expect(host.tree('/out').length).toBeGreaterThan(10)
  expect([...host.tree('/early'), ...host.tree('/late')]).toEqual([])
})

test('after two seconds it stops with what it has, and says so', () => {
  // Every look at the clock takes half a second: four tenants, then the end.
  const host = memoryHost(files, { tick: 500 })
  expect(tenantGenerator(host, ['/out'])).toBe(1)
  expect(host.logged.map(({ line }) => line)).toEqual([
    "tenant-generator: /var/lib/bitbuilder/tenants.json: gave up after 2 s, 6 of 10 tenants from 't4' on have no units",
    'tenant-generator:   hint: systemctl daemon-reload',
  ])
  const services = host.tree('/out').filter(([path]) => /^tenant@t\d\.service$/.test(path))
  expect(services.map(([path]) => path)).toEqual([0, 1, 2, 3].map((index) => `tenant@t${index}.service`))
})

test('a unit that is there already is left as it is, and the rest is written', () => {
  const host = memoryHost({ ...files, '/out/tenant-t3.slice': 'mine' })
  expect(tenantGenerator(host, ['/out'])).toBe(1)
  expect(host.logged).toEqual([
    { level: 'error', line: 'tenant-generator: /out/tenant-t3.slice: already exists, going on without it' },
  ])
  const clean = memoryHost(files)
  tenantGenerator(clean, ['/out'])
  const others = (tree: readonly (readonly [string, string])[]) => tree.filter(([path]) => path !== 'tenant-t3.slice')
  expect(others(host.tree('/out'))).toEqual(others(clean.tree('/out')))
  expect(host.tree('/out')).toContainEqual(['tenant-t3.slice', 'mine'])
})

test.each([
  ['tenant-generator', ['/out'], 0],
  ['bitbuilder', ['tenant-generator', '/out'], 0],
  ['something', ['tenant-generator', '/out'], 0],
  ['bitbuilder', ['bitbuilder'], 5],
  ['something', ['else'], 5],
  ['constructor', [], 5],
  ['bitbuilder', ['toString'], 5],
])('called as %s with %j', (calledAs, args, status) => {
  const host = memoryHost(files, { calledAs })
  expect(runByName(host, args, { 'tenant-generator': tenantGenerator, bitbuilder: () => 5 })).toBe(status)
})

test('what a program throws is one line and status 1', () => {
  const host = memoryHost({}, { calledAs: 'x' })
  const x = (): number => {
    throw new Error('mine')
  }
  expect(runByName(host, [], { x })).toBe(1)
  expect(host.logged).toEqual([{ level: 'error', line: 'x: internal error: mine' }])
})
