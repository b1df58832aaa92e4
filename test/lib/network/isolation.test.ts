import { expect, test } from 'vitest'
import { readConfig } from '../../../lib/config/config.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { linksOf, tenantElements, withoutElements } from '../../../lib/network/isolation.ts'
import { planNetwork } from '../../../lib/network/plan.ts'
import { EMPTY_DISK } from '../../../lib/tenant/disk.ts'
import { makeTenant, type Tenant } from '../../../lib/tenant/tenant.ts'

const fragment = (network: Tenant['network'], settings = '', id = 'acme') => {
  const conf = `[Network]\n${settings}\n`
  const config = readConfig(memoryHost({ '/etc/bitbuilder/bitbuilder.conf': conf })).value
  const plan = planNetwork(makeTenant({ id, network }, '/x.json', []), EMPTY_DISK, config, {
    index: 7,
    listenPort: 51827,
  })
  return tenantElements(linksOf(plan, config))
}

test('a bridge may talk to itself, to its gateway and to the outside', () => {
  expect(fragment({})).toBe(`add element inet bitbuilder interfaces { "br-acme" }
add element inet bitbuilder pairs { "br-acme" . "br-acme" }
add element inet bitbuilder outside { "br-acme" }
add element inet bitbuilder gateways { "br-acme" . 10.7.0.1 }
add element inet bitbuilder prefixes { "br-acme" . 10.7.0.0/16 }
`)
})

test('with Pool6= there is the same for IPv6', () => {
  expect(fragment({}, 'Pool6=fd12:3456:789a::/48')).toContain(`
add element inet bitbuilder gateways6 { "br-acme" . fd12:3456:789a:7::1 }
add element inet bitbuilder prefixes { "br-acme" . 10.7.0.0/16 }
add element inet bitbuilder prefixes6 { "br-acme" . fd12:3456:789a:7::/64 }
`)
})

test('a tunnel and the bridge of a tenant are one, and from the tunnel comes what is behind its peers', () => {
  const peers = [
    { publicKey: `${'a'.repeat(42)}A=`, allowedIps: ['10.7.100.2/32', '192.168.0.0/16'] },
    { publicKey: `${'b'.repeat(42)}A=`, allowedIps: ['192.168.7.0/24', 'fd77::/64'] },
  ]
  const text = fragment({ wireguard: { peers } })
  expect(text).toContain(
    'pairs { "br-acme" . "br-acme", "br-acme" . "wg-acme", "wg-acme" . "br-acme", "wg-acme" . "wg-acme" }',
  )
  expect(text).toContain('gateways { "br-acme" . 10.7.0.1, "wg-acme" . 10.7.100.1 }')
  // The set takes no prefix that lies in another.
  expect(text).toContain('prefixes { "br-acme" . 10.7.0.0/16, "wg-acme" . 10.7.100.2/32, "wg-acme" . 192.168.0.0/16 }')
  expect(text).toContain('prefixes6 { "wg-acme" . fd77::/64 }')
})

test('Outside=no keeps it in', () => {
  expect(fragment({}, 'Outside=no')).not.toContain('outside')
})

// 1M is 1024 * 1024 bit/s, systemd's spelling of sizes.
test.each([
  ['8', 'rate over 1 bytes/second burst 65536 bytes'],
  ['1', 'rate over 1 bytes/second burst 65536 bytes'],
  ['100M', 'rate over 13107200 bytes/second burst 65536 bytes'],
])('a bandwidth of %s bits per second is %s', (bandwidth, words) => {
  const text = fragment({ bandwidth })
  expect(text).toMatch(`add limit inet bitbuilder t_acme { ${words} ; }\n`)
  expect(text).toMatch(/add element inet bitbuilder bandwidths \{ "br-acme" : "t_acme" \}\n$/)
})

test('what goes is what came, the other way round', () => {
  expect(withoutElements(fragment({ bandwidth: '100M' }, '', '0-table'))).toBe(
    `destroy element inet bitbuilder bandwidths { "br-0-table" : "t_0-table" }
destroy element inet bitbuilder prefixes { "br-0-table" . 10.7.0.0/16 }
destroy element inet bitbuilder gateways { "br-0-table" . 10.7.0.1 }
destroy element inet bitbuilder outside { "br-0-table" }
destroy element inet bitbuilder pairs { "br-0-table" . "br-0-table" }
destroy element inet bitbuilder interfaces { "br-0-table" }
destroy limit inet bitbuilder t_0-table
`,
  )
})
