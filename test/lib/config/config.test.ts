import { expect, test } from 'vitest'
import { type Config, readConfig } from '../../../lib/config/config.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { renderProblem } from '../../../lib/report/problem.ts'

const MAIN = '/etc/bitbuilder/bitbuilder.conf'

const read = (files: Record<string, string>) => {
  const { value, problems } = readConfig(memoryHost(files))
  return { value, said: problems.map(renderProblem) }
}

const DEFAULTS: Config = {
  pool: { base: 0x0a000000, bits: 8 },
  tenantPrefix: 16,
  pool6: undefined,
  dns: undefined,
  outside: undefined,
  kvm: 'auto',
  protocols: ['https', 'ssh', 'file'],
  maxRepositorySize: 2 ** 30,
  maxFiles: 200_000,
  fetchTimeout: 900,
  keepRevisions: 5,
}

test('without a file there are the defaults', () => {
  expect(read({})).toEqual({ value: DEFAULTS, said: [] })
})

test('drop-ins come after the file, by name', () => {
  const { value, said } = read({
    [MAIN]: '[Network]\nPool=172.16.0.0/12\nTenantPrefix=20\nDNS=192.0.2.1 192.0.2.2\n',
    '/etc/bitbuilder/bitbuilder.conf.d/20-b.conf': '[Network]\nTenantPrefix=24\n',
    '/etc/bitbuilder/bitbuilder.conf.d/10-a.conf': '[Network]\nTenantPrefix=22\nDNS=\n',
    '/etc/bitbuilder/bitbuilder.conf.d/README': 'not a drop-in',
  })
  expect(said).toEqual([])
  expect(value).toEqual({ ...DEFAULTS, pool: { base: 0xac100000, bits: 12 }, tenantPrefix: 24 })
})

test('the settings of provisioning are read', () => {
  const { value, said } = read({
    [MAIN]: '[Provision]\nProtocols=ssh\nMaxRepositorySize=4G\nMaxFiles=9\nFetchTimeoutSec=60\nKeepRevisions=2\n',
  })
  expect({ value, said }).toEqual({
    value: {
      ...DEFAULTS,
      protocols: ['ssh'],
      maxRepositorySize: 4 * 2 ** 30,
      maxFiles: 9,
      fetchTimeout: 60,
      keepRevisions: 2,
    },
    said: [],
  })
})

test.each([
  [
    '[Network]\nPool=10.0.0.1/8\n',
    `${MAIN}:2:1: Pool=10.0.0.1/8: expected an IPv4 prefix such as 10.0.0.0/8, ignoring it`,
  ],
  [
    '[Network]\n\n  TenantPrefix=30\n',
    `${MAIN}:3:3: TenantPrefix=30: expected a number of bits from 8 to 28, ignoring it`,
  ],
  ['[Network]\nDNS=example\n', `${MAIN}:2:1: DNS=example: expected IPv4 addresses, or no, ignoring it`],
  [
    '[Network]\nOutside=eth0 a"b\n',
    `${MAIN}:2:1: Outside=eth0 a"b: expected yes, no, or names of interfaces, ignoring it`,
  ],
  [
    '[Provision]\nProtocols=ext\n',
    `${MAIN}:2:1: Protocols=ext: expected names of protocols such as https, ssh, file, ignoring it`,
  ],
  ['[Provision]\nKeepRevisions=1\n', `${MAIN}:2:1: KeepRevisions=1: expected a number from 2 to 1000, ignoring it`],
  ['[Provision]\nPool=10.0.0.0/9\n', `${MAIN}:2:1: unknown key 'Pool', ignoring it`],
  ['[Network]\nPol=1\n', `${MAIN}:2:1: unknown key 'Pol', ignoring it`],
  ['[Netwrok]\nPool=10.0.0.0/8\n', `${MAIN}:1:1: unknown section 'Netwrok', ignoring it`],
  ['Pool=10.0.0.0/8\n', `${MAIN}:1:1: unknown key 'Pool', ignoring it`],
  ['[Network]\n__proto__=1\nDNS=192.0.2.1\n', undefined],
])('%j is said to be wrong, and the rest counts', (text, words) => {
  const { value, said } = read({ [MAIN]: text })
  expect(said).toEqual(words === undefined ? said : [words])
  expect(value.pool).toEqual({ base: 0x0a000000, bits: 8 })
})

test.each([
  ['yes', undefined],
  ['no', []],
  ['', undefined],
  ['eth0  wg-office', ['eth0', 'wg-office']],
])('Outside=%s is %j', (text, outside) => {
  expect(read({ [MAIN]: `[Network]\nOutside=${text}\n` })).toMatchObject({ value: { outside }, said: [] })
})
