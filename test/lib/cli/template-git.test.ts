import { expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { runByName } from '../../../lib/program/by-name.ts'
import { GitWorld } from '../../support/git-world.ts'

/** A template of a git repository, instantiated by hand. */

const METADATA = {
  template: { type: 'homed', version: '1.0.0', name: 'home' },
  parameters: { GREETING: {} },
  rendered: ['rootfs/etc/motd'],
}

const files = (directory: string, greeting: string) => ({
  [`${directory}metadata.json`]: JSON.stringify({ ...METADATA, template: { ...METADATA.template, type: 'container' } }),
  [`${directory}rootfs/etc/motd`]: `${greeting} {{GREETING}}\n`,
  [`${directory}rootfs/etc/os-release`]: '-> ../usr/lib/os-release',
  [`${directory}rootfs/etc/systemd/network/80-container.network`]: '[Match]\nName=host0\n\n[Network]\nDHCP=yes\n',
  [`${directory}rootfs/etc/systemd/system/container-init.service`]: '[Service]\nExecStart=/bin/true\n',
  [`${directory}rootfs/usr/lib/os-release`]: 'ID=home\nNAME=Home\nPRETTY_NAME=Home\nVERSION_ID=1\n',
  [`${directory}rootfs/usr/lib/systemd/systemd`]: '#!/bin/sh\n',
  [`${directory}rootfs/bin`]: '-> usr/bin',
  [`${directory}rootfs/usr/bin/true`]: '#!/bin/sh\n',
  [`${directory}config/nspawn-settings.conf`]: '[Exec]\nBoot=yes\n',
  [`${directory}scripts/container-init.sh`]: '#!/bin/sh\n',
})

const world = () => {
  const one = new GitWorld()
  one.write('/proc/sys/kernel/random/uuid', '5f7f0c9e-5d0c-4f0a-9d51-0a4b0a1c2d3e\n')
  const first = one.source.commit(files('', 'first'))
  one.source.git(['tag', 'v1'])
  one.source.commit({ ...files('', 'second'), ...files('inner/', 'third') })
  return { one, first, url: `file://${one.source.directory}`, [Symbol.dispose]: () => one[Symbol.dispose]() }
}

const instantiate = (one: GitWorld, template: string, ...more: readonly string[]) => {
  const out: string[] = []
  const host = { ...one.host, calledAs: 'bitbuilder', isTerminal: () => false, print: (text: string) => out.push(text) }
  const words = ['template', 'instantiate', template, '/var/lib/made', '--set=GREETING=hello', ...more]
  const status = runByName({ ...host, print: (text) => void host.print(text) }, words, { bitbuilder })
  return { status, said: [...out, ...one.logged].join('') }
}

const motd = (one: GitWorld): string | undefined => one.host.readFile('/var/lib/made/rootfs/etc/motd', 100)?.text

test.each([
  ['', 'second'],
  ['#main', 'second'],
  ['#v1', 'first'],
  ['#main:inner', 'third'],
  ['#:inner', 'third'],
])('at %j', (fragment, greeting) => {
  using here = world()
  const { status, said } = instantiate(here.one, `${here.url}${fragment}`)
  expect({ status, said }).toMatchObject({ status: 0 })
  expect(motd(here.one)).toBe(`${greeting} hello\n`)
  expect(here.one.host.readDir('/var/tmp')?.entries).toEqual([])
})

test('at a commit, which the instance names', () => {
  using here = world()
  const { status, said } = instantiate(here.one, here.url, `--commit=${here.first}`)
  expect({ status, said }).toMatchObject({ status: 0 })
  expect(motd(here.one)).toBe('first hello\n')
  const text = here.one.host.readFile('/var/lib/made/metadata.json', 9999)?.text ?? ''
  expect(JSON.parse(text).instance).toMatchObject({ template: 'home', commit: here.first })
})

test.each([
  ['#none', [], 'cannot fetch none'],
  ['#main:none', [], 'is no directory'],
  ['', ['--commit=abc'], 'has no valid whole id of a commit'],
  ['', [`--commit=${'a'.repeat(40)}`], 'cannot fetch aaaa'],
  ['#main', [`--commit=${'a'.repeat(40)}`], 'say the same'],
  ['#--upload-pack=x', [], 'has no valid ref'],
  ['#main:../..', [], 'has no valid path'],
] as const)('%s %j is refused', (fragment, more, words) => {
  using here = world()
  const { status, said } = instantiate(here.one, `${here.url}${fragment}`, ...more)
  expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining(words) })
  expect(here.one.host.readDir('/var/tmp')?.entries).toEqual([])
  expect(here.one.host.stat('/var/lib/made')).toBeUndefined()
})

test.each([
  ['ext::sh -c x', 'is neither here nor a directory'],
  ['git://127.0.0.1/x', "'git' is not among Protocols=https ssh file"],
  ['/srv/none', 'is neither here nor a directory'],
])('%s is no address that is fetched', (template, words) => {
  using here = world()
  expect(instantiate(here.one, template)).toEqual({ status: 1, said: expect.stringContaining(words) })
})
