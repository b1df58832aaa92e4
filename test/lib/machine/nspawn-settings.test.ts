import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSettings, renderNspawn } from '../../../lib/machine/nspawn-settings.ts'
import { renderProblem } from '../../../lib/report/problem.ts'

const check = (text: string) => {
  const { settings, problems } = checkSettings('/f', text)
  return { taken: settings.map(({ key, value }) => `${key}=${value}`), said: problems.map(renderProblem) }
}

test.each([
  '[Exec]\nEnvironment=A=b c',
  '[Exec]\nDropCapability=CAP_NET_RAW CAP_MKNOD',
  '[Exec]\nHostname=www.example.org',
  '[Exec]\nResolvConf=off',
  '[Exec]\nTimezone=copy',
  '[Exec]\nNoNewPrivileges=yes',
  '[Exec]\nSystemCallFilter=~@keyring ~ptrace',
])('%j is taken', (text) => {
  expect(check(text)).toEqual({ taken: [text.split('\n')[1]], said: [] })
})

test('what is ours anyway is neither taken nor said, and comments are comments', () => {
  const text = '# a\n; b\n\n[Exec]\nBoot=yes\nPrivateUsers=pick\n[Network]\nVirtualEthernet=yes\n'
  expect(check(text)).toEqual({ taken: [], said: [] })
})

test('nothing in the settings of the template is said', () => {
  const path = join(import.meta.dirname, '../../../templates/tenant-container-template/config/nspawn-settings.conf')
  expect(check(readFileSync(path, 'utf8').replaceAll('{{BRIDGE}}', 'br-tenant'))).toEqual({ taken: [], said: [] })
})

test.each([
  ['[Exec]\nPrivateUsers=no', '/f:2:1: PrivateUsers= is not for a repository to set, ignoring it'],
  ['[Exec]\nCapability=all', 'Capability= is not'],
  ['[Exec]\nUser=root', 'User= is not'],
  ['[Exec]\n  Ephemeral=yes', '/f:2:3: Ephemeral= is not'],
  ['[Exec]\nSystemCallFilter=@module', 'SystemCallFilter=: expected a deny list'],
  ['[Exec]\nSystemCallFilter=~a\tb', 'SystemCallFilter=: expected'],
  ['[Exec]\nEnvironment=A=b\\', 'Environment=: expected NAME=VALUE'],
  ['[Exec]\nEnvironment=A=\u0001', 'Environment=: expected NAME=VALUE'],
  ['[Exec]\nHostname=a b', 'Hostname=: expected a host name'],
  ['[Exec]\nResolvConf=bind-host', 'ResolvConf=: expected off or auto'],
  ['[Files]\nBind=/:/host', 'Bind= is not'],
  ['[Files]\nBindReadOnly=/etc', 'BindReadOnly= is not'],
  ['[Files]\nPrivateUsersChown=yes', 'PrivateUsersChown= is not'],
  ['[Network]\nPrivate=no', 'Private= is not'],
  ['[Network]\nBridge=br-other', 'Bridge= is not'],
  ['[Files]\nEnvironment=A=b', 'Environment= is not'],
  ['Environment=A=b', 'Environment= is not'],
  ['[__proto__]\nconstructor=1', 'constructor= is not'],
  ['[Exec]\nnonsense', '/f:2:1: is no setting, ignoring it'],
])('%j is said and ignored', (text, words) => {
  const { taken, said } = check(text)
  expect(taken).toEqual([])
  expect(said.join('\n')).toContain(words)
})

test('a file full of nonsense costs a bounded number of lines', () => {
  expect(check('[Files]\n'.concat('Bind=/\n'.repeat(100_000))).said).toHaveLength(20)
})

test('what keeps a container apart is in its settings whatever was merged', () => {
  const { settings } = checkSettings('/f', '[Exec]\nEnvironment=A=%n $HOME\nHostname=www\n')
  expect(renderNspawn({ id: 'acme', bridge: 'br-acme', notifies: true, settings })).toBe(`
[Exec]
Boot=yes
NotifyReady=yes
PrivateUsers=pick
LinkJournal=no
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_PACKET AF_UNIX
Environment=A=%n $HOME
Hostname=www
Environment=TENANT_ID=acme

[Files]
PrivateUsersOwnership=auto

[Network]
Private=yes
Bridge=br-acme
`)
})
