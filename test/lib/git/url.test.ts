import { expect, test } from 'vitest'
import { hideCredentials, protocolOf, withoutCredentials } from '../../../lib/git/url.ts'
import { tenantShape } from '../../../lib/tenant/schema.ts'
import { accepts } from '../../../lib/tenant/shape.ts'

const isUrl = (url: string): boolean => accepts(tenantShape, { id: 'a', repository: { url } })
const isRef = (ref: string): boolean => accepts(tenantShape, { id: 'a', repository: { url: '/x', ref } })

test.each([
  ['https://git.example/a.git', 'https'],
  ['https://u:p@[::1]:8443/a', 'https'],
  ['ssh://git@git.example:22/a', 'ssh'],
  ['git+ssh://git.example/a', 'ssh'],
  ['git@git.example:acme/a.git', 'ssh'],
  ['git.example:a', 'ssh'],
  ['file:///srv/git/a', 'file'],
  ['/srv/git/a', 'file'],
  ['git://git.example/a', 'git'],
  ['ext://x', 'ext'],
])('%s is an address, by %s', (url, protocol) => {
  expect([isUrl(url), protocolOf(url)]).toEqual([true, protocol])
})

test.each([
  '',
  '-x',
  '--upload-pack=touch /tmp/x',
  'ext::sh -c touch% /tmp/x',
  'ext::sh',
  'fd::17',
  'transport::address',
  'https://-oProxyCommand=x/y',
  'ssh://-oProxyCommand=x/y',
  '-oProxyCommand=x:y',
  'git@-oProxyCommand=x:y',
  'git@host:-x',
  'a b',
  'https://x/a\nb',
  'relative/path',
  '../up',
])('%j is none', (url) => {
  expect(isUrl(url)).toBe(false)
})

test.each(['main', 'v1.0', 'refs/heads/main', 'feature/x@y', 'HEAD', 'ä', 'c0ffee'])('%s is a ref', (ref) => {
  expect(isRef(ref)).toBe(true)
})

test.each([
  '',
  '-x',
  '+main',
  'a:b',
  'a..b',
  '/a',
  'a/',
  'a.lock',
  'a b',
  '*',
  'a^',
  'a~1',
  'a@{1}',
  '@',
  'a\\b',
  'a//b',
  'a/.b',
  'a?',
  '[a',
])('%j is none', (ref) => {
  expect(isRef(ref)).toBe(false)
})

test.each([
  ['https://user:secret@h/x', 'https://***@h/x'],
  ['https://token@h/x', 'https://***@h/x'],
  ['https://u:p@ss@h/x', 'https://***@h/x'],
  ['ssh://git@h/x', 'ssh://git@h/x'],
  ['ssh://git:pw@h/x', 'ssh://***@h/x'],
  ['https://h/x?private_token=abc', 'https://h/x?***'],
  ['git@h:x', 'git@h:x'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutCredentials(url)).toBe(shown)
})

test('what git says is shown without credentials, its own spellings of them included', () => {
  const url = 'https://user:secret@h/x'
  expect(hideCredentials(url, `fatal: unable to access '${url}/': no; user:secret; secret; ssh://a:b@c/d`)).toBe(
    "fatal: unable to access 'https://***@h/x/': no; ***; ***; ssh://***@c/d",
  )
})
