import { expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import type { Finished } from '../../../lib/host/host.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { runByName } from '../../../lib/program/by-name.ts'

const template = (name: string, more: object = {}, type = 'container'): string =>
  JSON.stringify({ template: { type, version: '1.0.0', name }, ...more })

const SHIPPED = '/usr/share/bitbuilder/templates'
const LOCAL = '/etc/bitbuilder/templates'

const SAID: Readonly<Record<string, string>> = {
  'systemctl --version': 'systemd 257 (257.9)\n+PAM\n',
  'uname -r': '6.12.3-amd64\n',
  'systemd-nspawn --version': 'systemd 257\n',
}

const run = (args: readonly string[], files: Readonly<Record<string, MemoryNode>>) => {
  const answer = (command: readonly string[]): Finished => {
    const stdout = SAID[command.join(' ')]
    return stdout === undefined ? { status: 127, stdout: '', stderr: '' } : { status: 0, stdout, stderr: '' }
  }
  const host = memoryHost({ '/etc/os-release': 'ID=debian\n', ...files }, { run: answer })
  const status = runByName(host, args, { bitbuilder })
  return { status, out: host.printed.join(''), err: host.logged.map(({ line }) => line) }
}

test("an administrator's own come first, and those that cannot be read are told", () => {
  const files = {
    [`${SHIPPED}/web/metadata.json`]: template('web'),
    [`${LOCAL}/web/metadata.json`]: template('web', {}, 'machine'),
    [`${SHIPPED}/bad/metadata.json`]: '{"template": 1}',
    [`${SHIPPED}/README`]: 'no template',
  }
  expect(run(['template', 'list'], files)).toMatchInlineSnapshot(`
    {
      "err": [],
      "out": "NAME  TYPE     VERSION  FROM                                 MISSING HERE
    bad   -        -        /usr/share/bitbuilder/templates/bad  refused
    web   machine  1.0.0    /etc/bitbuilder/templates/web        -
    error: /usr/share/bitbuilder/templates/bad/metadata.json:1:14: template: expected an object, got 1
    ",
      "status": 1,
    }
  `)
})

test('requirements that this host does not meet are told with what would', () => {
  const requirements = {
    systemd_version: '>=258',
    kernel: '>=6.0 <7',
    features: ['nspawn', 'vmspawn', 'repart', 'unheard-of'],
  }
  const files = { [`${SHIPPED}/web/metadata.json`]: template('web', { requirements }) }
  expect(run(['template', 'list'], files)).toMatchInlineSnapshot(`
    {
      "err": [],
      "out": "NAME  TYPE       VERSION  FROM                                 MISSING HERE
    web   container  1.0.0    /usr/share/bitbuilder/templates/web  systemd_version vmspawn repart
    missing: web: systemd_version: >=258 is required, this is systemd 257
      hint: another host, or another systemd
    missing: web: vmspawn: there is no systemd-vmspawn
      hint: apt install systemd-container
    missing: web: repart: there is no systemd-repart
      hint: apt install systemd-repart
    ",
      "status": 0,
    }
  `)
  const { templates } = JSON.parse(run(['template', 'list', '--json'], files).out)
  expect(templates[0].missing.map(({ requirement }: { requirement: string }) => requirement)).toEqual([
    'systemd_version',
    'vmspawn',
    'repart',
  ])
})

test('what is no verb is told with those that are', () => {
  expect(run(['template'], {})).toMatchObject({
    status: 2,
    err: [expect.stringContaining('expected one of list'), expect.anything()],
  })
})

test('a new template of an extension is called by its directory, and is in order', () => {
  const release = 'usr/lib/extension-release.d/extension-release'
  const files = {
    [`${SHIPPED}/base-tools.sysext/metadata.json`]: template('base-tools.sysext', {}, 'sysext'),
    [`${SHIPPED}/base-tools.sysext/${release}.base-tools`]: '# base-tools\nID=_any\n',
    [`${SHIPPED}/base-tools.sysext/usr/share/base-tools/list`]: 'of base-tools\n',
    '/srv': { kind: 'directory' as const },
  }
  const host = memoryHost({ '/etc/os-release': 'ID=debian\n', ...files })
  expect(runByName(host, ['template', 'new', 'sysext', '/srv/tools'], { bitbuilder })).toBe(0)
  expect(host.printed.join('')).toBe("/srv/tools: the template 'tools', bitbuilder verify /srv/tools looks at it\n")
  expect(host.readFile(`/srv/tools/${release}.tools`, 100)?.text).toBe('# tools\nID=_any\n')
  expect(host.readFile('/srv/tools/usr/share/tools/list', 100)?.text).toBe('of tools\n')
  host.printed.length = 0
  expect(runByName(host, ['verify', '/srv/tools'], { bitbuilder })).toBe(0)
  expect(host.printed).toEqual([])
})
