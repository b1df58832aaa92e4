import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { VERSION } from '../../../lib/cli/version.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { runByName } from '../../../lib/program/by-name.ts'

const FILES = {
  '/var/lib/bitbuilder/tenants.json': JSON.stringify({
    tenants: [
      { id: 'acme', description: 'Acme' },
      { id: 'far', placement: { hosts: ['x'] } },
      { id: 'bad', memory: 1 },
    ],
  }),
  '/etc/bitbuilder/tenants.d/off.json': '',
  '/usr/lib/bitbuilder/tenants.d/off.json': '{"id":"off"}',
}

const run = (args: readonly string[], files: Parameters<typeof memoryHost>[0] = FILES) => {
  const host = memoryHost(files)
  const status = runByName(host, args, { bitbuilder })
  return { status, out: host.printed.join(''), err: host.logged.map(({ line }) => line) }
}

test('list has a line for each tenant', () => {
  expect(run(['list'])).toMatchInlineSnapshot(`
    {
      "err": [],
      "out": "ID    STATE      AT BOOT  DEFINED IN                        DESCRIPTION
    acme  here       yes      /var/lib/bitbuilder/tenants.json  Acme
    bad   refused    yes      /var/lib/bitbuilder/tenants.json
    far   elsewhere  yes      /var/lib/bitbuilder/tenants.json
    off   masked     no
    ",
      "status": 0,
    }
  `)
})

test('list --json is for machines', () => {
  expect(
    JSON.parse(run(['list', '--json']).out).map(({ id, state }: { id: string; state: string }) => [id, state]),
  ).toEqual([
    ['acme', 'here'],
    ['bad', 'refused'],
    ['far', 'elsewhere'],
    ['off', 'masked'],
  ])
})

test('list says what is missing from it', () => {
  expect(run(['list'], { '/var/lib/bitbuilder/tenants.json': '{"tenants": 1}' })).toEqual({
    status: 1,
    out: '',
    err: ['/var/lib/bitbuilder/tenants.json:1:13: expected {"tenants": [ … ]}, ignoring the file'],
  })
})

test('generate prints units with their paths, problems apart', () => {
  const { status, out, err } = run(['generate'])
  expect(status).toBe(1)
  expect(out).toContain('--- /run/systemd/generator/tenant@acme.service -> /usr/lib/systemd/system/tenant@.service\n')
  expect(err).toEqual(["/var/lib/bitbuilder/tenants.json:1:101: unknown key 'memory'", '  hint: bitbuilder verify bad'])
  expect(run(['generate', 'acme'])).toMatchObject({ status: 0, err: [] })
})

test('verify says all, and what the generators keep to themselves', () => {
  const { status, out } = run(['verify'], {
    ...FILES,
    '/etc/bitbuilder/tenants.d/notes.txt': 'x',
    '/proc/self/mountinfo': '1 1 0:9 / / rw - tmpfs tmpfs rw\n',
    '/var/lib/tenants/stray/x': '',
    '/etc/bitbuilder/tenants.d/two.json':
      '{"id":"two","resources":{"storage":"1G"},"resources":{"storage":"2G"},"network":{"index":4}}',
    '/etc/bitbuilder/tenants.d/one.json': '{"id":"one","network":{"index":4}}',
  })
  expect(status).toBe(1)
  expect(out.trimEnd().split('\n')).toEqual([
    "error: /var/lib/bitbuilder/tenants.json:1:101: unknown key 'memory'",
    "warning: /etc/bitbuilder/tenants.d/two.json:1:42: key 'resources' is given twice, the last one counts",
    'warning: /etc/bitbuilder/tenants.d/notes.txt: is no ID.json, nobody reads it',
    'warning: /var/lib/tenants/stray: belongs to no tenant of the registry',
    "error: /etc/bitbuilder/tenants.d/two.json: network.index 4 of tenant 'two' is that of tenant 'one' too",
    'warning: /etc/bitbuilder/tenants.d/two.json:1:55: resources.storage: does not hold, /var/lib/tenants/two is on tmpfs, which limits no directory',
    '  hint: ext4 or xfs with project quotas, or a file system of its own on /var/lib/tenants/two',
  ])
})

test('verify of one tenant speaks of that one, with exit status 0 when only warnings are left', () => {
  expect(run(['verify', 'acme'])).toEqual({ status: 0, out: '', err: [] })
  expect(run(['verify', 'off'])).toMatchObject({ status: 1, err: ["bitbuilder: tenant 'off': is masked"] })
})

const TREES = {
  ...FILES,
  '/etc/bitbuilder/tenants.d/acme.json': '{"id":"acme"}',
  '/srv/notes.txt': 'x',
  '/srv/shop': { kind: 'directory' as const },
}

test.each([
  [['verify', 'nobody'], "tenant 'nobody': is not in the registry: bitbuilder list"],
  [
    ['verify', '/etc/bitbuilder/tenants.d/acme.json'],
    '/etc/bitbuilder/tenants.d/acme.json: is of the registry: bitbuilder verify acme',
  ],
  [
    ['verify', '/var/lib/bitbuilder/tenants.json'],
    '/var/lib/bitbuilder/tenants.json: is of the registry: bitbuilder verify',
  ],
  [['verify', '--fix'], '--fix: is only for a PATH: a tree, an image or a file'],
  [['verify', '--sarif', 'acme'], '--sarif: is only for a PATH: a tree, an image or a file'],
  [
    ['verify', '--explain=ROOT-99'],
    /^rule 'ROOT-99': does not exist, but ROOT-01 to ROOT-29: bitbuilder-rules\(7\) lists them$/,
  ],
  [['verify', '--explain=foo'], "rule 'foo': does not exist: bitbuilder-rules(7) lists them"],
  [['verify', '--as=tree', '/srv/notes.txt'], /^--as=tree: there is no such kind, but os-release, .*rootfs, /],
  [
    ['verify', '/srv/notes.txt'],
    /^\/srv\/notes.txt: is nothing that is known here; --as=KIND says what it is: os-release, /,
  ],
  [['verify', '/srv/gone'], '/srv/gone: does not exist'],
])('%j says what to do instead', (args, expected) => {
  const { status, out, err } = run(args, TREES)
  expect({ status, out }).toEqual({ status: 1, out: '' })
  const [line = ''] = err
  expect(line.replace(/^bitbuilder: /, '')).toEqual(
    typeof expected === 'string' ? expected : expect.stringMatching(expected),
  )
})

test('what follows -- is no option', () => {
  expect(run(['verify', '--', '-x/y'], TREES).err).toEqual(['bitbuilder: -x/y: does not exist'])
})

test('SARIF has places that editors and code hosts find', () => {
  const files = { '/t/etc/os-release': 'ID=debian\nNAME=a b\n' }
  const { runs } = JSON.parse(run(['verify', '--sarif', '/t/etc/os-release'], files).out)
  const [{ tool, results }] = runs
  expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toContain('OSR-08')
  const { locations, level } = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'OSR-08')
  expect(level).toBe('error')
  expect(locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: 'file:///t/etc/os-release' },
        region: { startLine: 2, startColumn: 7 },
      },
    },
  ])
})

test('what is found in / has one slash', () => {
  const { out } = run(['verify', '/', '--as=rootfs'], { '/etc/x': '', '/usr/x': '' })
  expect(out).toMatch(/^error: \/var: is missing \[ROOT-02\]$/m)
})

test('a rule is explained however it is spelt', () => {
  expect(run(['verify', '--explain=root-3']).out).toMatch(/^ROOT-03 \(error\): \/tmp has mode 1777\n/)
})

test('show has everything of one tenant', () => {
  expect(run(['show', 'acme']).out).toMatchInlineSnapshot(`
    "Tenant             acme
    State              here
    Defined in         /var/lib/bitbuilder/tenants.json
    Description        Acme
    Starts at boot     yes
    CPUs               not limited
    Memory             not limited
    Tasks              not limited
    Storage            not limited
    Infrastructure VM  when there is an infra/rootfs
    Extensions         over the host's /usr, writable
    Network            index given out at the first start
    Unit               tenant@acme.service
    Slice              tenant-acme.slice
    Bridge             br-acme (br-tenant-acme)
    Directory          /var/lib/tenants/acme
    Generated
      tenant-acme.slice
      tenant-network@acme.service -> /usr/lib/systemd/system/tenant-network@.service
      tenant@acme.service -> /usr/lib/systemd/system/tenant@.service
      tenant@acme.service.d/50-tenant.conf
      tenants.target.wants/tenant@acme.service -> /usr/lib/systemd/system/tenant@.service
    "
  `)
})

test('diff compares with the last run of the generators', () => {
  const generated = Object.fromEntries(
    (JSON.parse(run(['generate', '--json']).out).files as { path: string; text?: string; target?: string }[]).map(
      (file) => [
        `/run/systemd/generator/${file.path}`,
        file.target === undefined ? (file.text ?? '') : { link: file.target },
      ],
    ),
  )
  expect(run(['diff'], { ...FILES, ...generated })).toMatchObject({ status: 0, out: '' })
  const stale = { '/run/systemd/generator/tenant@gone.service': { link: '/usr/lib/systemd/system/tenant@.service' } }
  expect(
    run(['diff'], { ...FILES, ...generated, ...stale, '/run/systemd/generator/getty.target.wants/x': 'y' }),
  ).toMatchObject({
    status: 1,
    out: '- /run/systemd/generator/tenant@gone.service\n    - -> /usr/lib/systemd/system/tenant@.service\n',
  })
  const edited = { '/run/systemd/generator/tenant-acme.slice': '# Generated\n\n[Unit]\nDescription=x\n' }
  expect(run(['diff'], { ...FILES, ...generated, ...edited }).out).toContain('    - Description=x\n')
})

test('schema prints what editors use', () => {
  expect(run(['schema']).out).toBe('metadata\nregistry\ntemplate\ntenant\n')
  const printed = JSON.parse(run(['schema', 'tenant']).out)
  expect(printed).toMatchObject({ additionalProperties: false, required: ['id'] })
  expect(printed.properties.resources.properties.memory.pattern).toContain('KMGTP')
  expect(run(['schema', 'x'])).toMatchObject({ status: 1 })
})

test.each([
  [[], 'bitbuilder: expected a verb'],
  [['lsit'], "bitbuilder: unknown verb 'lsit'"],
  [['list', '--jsno'], "bitbuilder: unknown option '--jsno'"],
  [['list', 'x'], 'bitbuilder: list: too many arguments'],
  [['show'], 'bitbuilder: show: expected ID'],
  [['list', '--root'], 'bitbuilder: --root: expected DIR'],
  [['list', '--json=1'], "bitbuilder: unknown option '--json=1'"],
])('%j is a wrong call', (args, words) => {
  const { status, err } = run(args)
  expect([status, err[0]]).toEqual([2, words])
})

test('--root reads another tree', () => {
  const files = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`/srv/image${path}`, text]))
  expect(run(['list'], files).out).toBe('')
  expect(run(['--root', '/srv/image', 'list'], files).out).toBe(run(['list']).out)
  expect(run(['list', '--root=/srv/image'], files).out).toBe(run(['list']).out)
})

test('--help names every verb, --version the version of the package', () => {
  expect(run(['--help']).out).toMatchInlineSnapshot(`
    "bitbuilder [OPTIONS] VERB

      list                               list the tenants of the registry
      show ID                            show what is known of one tenant, and its units
      network ID                         explain the names, numbers and addresses of a tenant's network
      generate [ID]                      print every unit that the generators would write, with its path
      verify [ID|PATH]                   check everything that the generators read, or a tree, an image or a file; exit status 1 when something is wrong
        --as=KIND                        take PATH for this kind of thing
        --base=TREE                      the root file system that extensions will lie on
        --source                         PATH is a checkout of git, which keeps neither empty directories nor modes
        --fix                            repair what can safely be repaired
        --sarif                          print SARIF
        --explain=RULE                   say what a rule wants, and where it comes from
      diff                               show what the next daemon-reload would change; exit status 1 when it would change anything
      plan ID                            show what starting or reloading a tenant would do now
      provision ID                       fetch a tenant's repository now, and make it current if it is good
        --force                          take a commit that does not descend from the last one
      rollback ID [COMMIT]               go back to the revision before, or to one that is kept
      status [ID]                        show what runs; exit status 3 when something does not that should
      logs ID                            show what the journal has of a tenant, its machines included
        --follow                         go on with what comes
        --lines=COUNT                    show only the last COUNT lines
        --since=TIME                     show only what came since then
      remove ID                          stop a tenant and remove its entry; its data stays
        --purge-data                     delete its data and give up its addresses as well
      template list                      list the templates of this host, and what it lacks for them
      template new TYPE DIR              make a new template: infrastructure, machine, container, homed, network, sysext, confext
      template instantiate TEMPLATE DIR  make what a template describes
        --set=NAME=VALUE                 set a parameter; may be given several times
        --userland=ROOT                  take programs from the root file system ROOT instead of /
        --commit=COMMIT                  take the template of a git repository at this commit
        --force                          although this host lacks what the template requires
      image build DIR OUT                make an extension image or the disk of a machine, the same bytes each time
        --class=CLASS                    sysext or confext, where it may be both
        --format=FORMAT                  squashfs, erofs, ddi
        --base=TREE                      the root file system that the extension is for
        --image-version=VERSION          the version in the name
        --private-key=FILE               sign a ddi: the key, PEM
        --certificate=FILE               sign a ddi: the certificate, PEM
      image install ID FILE…             give a tenant an extension image, as a version among others
        --class=CLASS                    sysext or confext, where it may be both
      image list [ID]                    list extensions of tenants with their versions
      image rollback ID NAME [VERSION]   let a tenant take another version of an extension: the one before
        --class=CLASS                    sysext or confext, where it may be both
      doctor                             check what this host needs for its tenants; exit status 1 when something is missing
      schema [NAME]                      print a JSON Schema: metadata, registry, template, tenant
      --root=DIR                         read everything below DIR instead of /
      --json                             print JSON
      --help                             print this help
      --version                          print the version

    See bitbuilder(8), tenants.json(5).
    "
  `)
  expect(run(['--version']).out).toBe(`bitbuilder ${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`)
  expect(VERSION).toMatch(/^\d+\.\d+\.\d+$/)
})
