import { expect, test } from 'vitest'
import { type Config, readConfig } from '../../../lib/config/config.ts'
import type { Finished } from '../../../lib/host/host.ts'
import { type MemoryHost, memoryHost } from '../../../lib/host/memory.ts'
import { FORWARDING_BEFORE, isolationFile } from '../../../lib/layout/paths.ts'
import { isolateTenant, openTenant, releaseTenant, restoreIsolation } from '../../../lib/network/isolate.ts'
import type { TenantLinks } from '../../../lib/network/isolation.ts'

const CONFIG: Config = readConfig(memoryHost()).value

const tenant = (id: string): TenantLinks => ({
  id,
  interfaces: [`br-${id}`],
  gateways: [],
  prefixes: [{ interface: `br-${id}`, prefix: '10.7.0.0/16' }],
  outside: true,
})

const OK: Finished = { status: 0, stdout: '', stderr: '' }
const ROUTES = JSON.stringify([
  { dst: 'default', dev: 'eth0' },
  { dst: 'default', nexthops: [{ dev: 'wan"x' }] },
])

/** A host with a default route through eth0 that forwards nothing; `nft` says what nft answers to a text. */
const hostWith = (nft: (text: string) => Finished = () => OK, sysctl: Record<string, string> = {}) => {
  const values = {
    'ipv4/ip_forward': '0',
    'ipv4/conf/eth0/forwarding': '0',
    'ipv4/conf/br-acme/forwarding': '0',
    ...sysctl,
  }
  const files = Object.entries(values).map(([key, value]) => [`/proc/sys/net/${key}`, `${value}\n`])
  return memoryHost(Object.fromEntries(files), {
    run: ([name, text = '', family]) => {
      if (name === 'ip') return { ...OK, stdout: family === '-4' ? ROUTES : '' }
      return name === 'nft' ? nft(text) : OK
    },
  })
}

const asked = (host: MemoryHost) => host.commands.filter(([name]) => name === 'nft').map(([, text = '']) => text)
const REFUSED: Finished = { status: 1, stdout: '', stderr: 'No such file or directory\n' }

test('a tenant is one transaction, and its elements are kept', () => {
  const host = hostWith()
  const links = isolateTenant(host, tenant('acme'), CONFIG)
  // An interface whose name nft would read as something else is no way out.
  expect(links).toEqual({ uplinks: ['eth0'], guarded: ['eth0'], guarded6: [] })
  const [text = '', ...more] = asked(host)
  expect(more).toEqual([])
  expect(text).toContain('flush set inet bitbuilder uplinks\nadd element inet bitbuilder uplinks { "eth0" }\n')
  expect(text).toContain('add element inet bitbuilder interfaces { "br-acme" }\n')
  expect(text).not.toContain('destroy')
  expect(host.readFile(isolationFile('acme'), 4096)?.text).toContain('interfaces { "br-acme" }')
})

test('a change takes the old elements away in the same transaction', () => {
  const host = hostWith()
  isolateTenant(host, tenant('acme'), CONFIG)
  isolateTenant(host, { ...tenant('acme'), outside: false }, CONFIG)
  expect(asked(host)[1]).toMatch(
    /destroy element inet bitbuilder outside \{ "br-acme" \}\n[\s\S]*add element inet bitbuilder interfaces/,
  )
  isolateTenant(host, { ...tenant('acme'), outside: false }, CONFIG)
  expect(asked(host)[2]).not.toContain('destroy')
})

test('when the table is gone, what all tenants have comes back with it', () => {
  const host = hostWith((text) => (text.startsWith('add table') ? OK : REFUSED))
  isolateTenant(host, tenant('acme'), CONFIG)
  const [, text = ''] = asked(host)
  expect(text).toContain('add table inet bitbuilder\ndelete table inet bitbuilder\n')
  expect(text).toContain('include "/run/bitbuilder/isolation/*.nft"\n')
  expect(text).toMatch(/prefixes \{ "br-acme" \. 10\.7\.0\.0\/16 \}\n$/)
})

test('a tenant that cannot be isolated does not start, and leaves nothing', () => {
  const host = hostWith(() => ({ status: 127, stdout: '', stderr: 'nft: not found\n' }))
  expect(() => isolateTenant(host, tenant('acme'), CONFIG)).toThrow(
    /^nft: the tenant cannot be isolated and does not start: failed with status 127: nft: not found$/,
  )
  expect(host.tree('/run')).toEqual([])
})

test('only what did not forward is changed, remembered and put back', () => {
  const host = hostWith(undefined, { 'ipv4/conf/br-acme/forwarding': '1' })
  const links = isolateTenant(host, tenant('acme'), CONFIG)
  expect(openTenant(host, tenant('acme'), links)).toBe(true)
  expect(host.readFile(FORWARDING_BEFORE, 4096)?.text).toBe('-net/ipv4/conf/eth0/forwarding = 0\n')
  expect(host.commands.filter(([name = '']) => name.includes('sysctl'))).toHaveLength(1)
  releaseTenant(host, 'acme', CONFIG)
  expect(host.commands.filter(([name = '']) => name.includes('sysctl'))).toHaveLength(2)
  expect(host.tree('/run')).toEqual([])
})

test('a host that routes anyway is left as it is', () => {
  const host = hostWith(undefined, {
    'ipv4/ip_forward': '1',
    'ipv4/conf/eth0/forwarding': '1',
    'ipv4/conf/br-acme/forwarding': '1',
  })
  const links = isolateTenant(host, tenant('acme'), CONFIG)
  expect(links.guarded).toEqual([])
  openTenant(host, tenant('acme'), links)
  expect(host.commands.map(([name]) => name)).toEqual(['ip', 'ip', 'nft'])
})

test('without force_forwarding IPv6 stays on the host, and that is said', () => {
  const six = { ...tenant('acme'), prefixes: [{ interface: 'br-acme', prefix: 'fd00::/64' }] }
  const open = (sysctl: Record<string, string>) => {
    const host = hostWith(undefined, { 'ipv6/conf/all/forwarding': '0', ...sysctl })
    return openTenant(host, six, isolateTenant(host, six, CONFIG))
  }
  expect(open({})).toBe(false)
  expect(open({ 'ipv6/conf/all/force_forwarding': '0' })).toBe(true)
  expect(open({ 'ipv6/conf/all/forwarding': '1' })).toBe(true)
})

test('the table goes with the last tenant, and only then', () => {
  const host = hostWith()
  for (const id of ['acme', 'beta']) isolateTenant(host, tenant(id), CONFIG)
  releaseTenant(host, 'acme', CONFIG)
  expect(asked(host)[2]).toMatch(/^destroy element inet bitbuilder prefixes \{ "br-acme"/)
  releaseTenant(host, 'acme', CONFIG)
  expect(asked(host)).toHaveLength(3)
  releaseTenant(host, 'beta', CONFIG)
  expect(asked(host)[3]).toBe('destroy table inet bitbuilder\n')
})

test('teardown in a flushed kernel puts back what the others have', () => {
  const host = hostWith((text) => (text.startsWith('destroy') ? REFUSED : OK))
  for (const id of ['acme', 'beta']) isolateTenant(host, tenant(id), CONFIG)
  releaseTenant(host, 'acme', CONFIG)
  expect(asked(host)[3]).toMatch(
    /^add table [\s\S]*include "[^\n]*\ndestroy element inet bitbuilder prefixes \{ "br-acme"/,
  )
})

test('restoring takes everything there is, and without tenants nothing', () => {
  const host = hostWith()
  restoreIsolation(host, CONFIG)
  expect(host.commands).toEqual([])
  isolateTenant(host, tenant('acme'), CONFIG)
  // Nothing is what this nft lists.
  expect(restoreIsolation(host, CONFIG)).toBe(true)
  expect(asked(host).slice(1, 2)).toEqual(['--json'])
  expect(asked(host)[2]).toMatch(/^add table [\s\S]*include "\/run\/bitbuilder\/isolation\/\*\.nft"\n$/)
  expect(host.commands.at(-1)?.[0]).toContain('systemd-sysctl')
})
