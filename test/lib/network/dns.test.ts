import { expect, test } from 'vitest'
import { readConfig } from '../../../lib/config/config.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { nameServers } from '../../../lib/network/dns.ts'

const servers = (settings: string, files: Record<string, string>) => {
  const host = memoryHost({ ...files, '/etc/bitbuilder/bitbuilder.conf': `[Network]\n${settings}\n` })
  return nameServers(host, readConfig(host).value)
}

const RESOLVED = { '/run/systemd/resolve/resolv.conf': '# nameserver 9.9.9.9\nnameserver 192.0.2.1\nsearch .\n' }
const STUB = { '/etc/resolv.conf': 'nameserver 127.0.0.53\noptions edns0\n' }

test.each([
  ['DNS=198.51.100.1', { ...RESOLVED, ...STUB }, ['198.51.100.1']],
  ['', { ...RESOLVED, ...STUB }, ['192.0.2.1']],
  ['DNS=no', RESOLVED, []],
  ['Outside=no', RESOLVED, []],
  ['', {}, []],
  // What is only on the host, or on its link, is out of a tenant's reach.
  ['', STUB, []],
  [
    '',
    { '/etc/resolv.conf': 'nameserver 169.254.169.254\nnameserver ::1\nnameserver 224.0.0.1\nnameserver 0.0.0.0\n' },
    [],
  ],
  [
    '',
    {
      '/etc/resolv.conf': ['192.0.2.2', '192.0.2.2', 'fe80::1%eth0', '10.0.0.2', '10.0.0.3', '10.0.0.4']
        .map((one) => `nameserver ${one}\n`)
        .join(''),
    },
    ['192.0.2.2', '10.0.0.2', '10.0.0.3'],
  ],
])('with %j and %j the name servers are %j', (settings, files, expected) => {
  expect(servers(settings, files)).toEqual(expected)
})
