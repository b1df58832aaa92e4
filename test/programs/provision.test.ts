import { expect, test } from 'vitest'
import { readManifest, readProvisionState } from '../../lib/git/state.ts'
import { tenantProvision } from '../../programs/tenant-provision.ts'
import { GitWorld, type Tree } from '../support/git-world.ts'

const OS_RELEASE = 'ID=debian\n'

const FILES: Tree = {
  'metadata.json': '{"resources": {"memory": "1G"}}',
  'README.md': 'Ours.\n',
  'infrastructure/rootfs/usr/lib/os-release': OS_RELEASE,
  'machines/db/rootfs/usr/lib/os-release': OS_RELEASE,
  'machines/.gitkeep': '',
  'containers/web/metadata.json': '{}',
  'containers/web/rootfs/bin': '-> usr/bin',
  'containers/web/rootfs/etc/localtime': '-> /usr/share/zoneinfo/UTC',
  'containers/web/rootfs/usr/bin/tool': '#!/bin/sh\n',
  'extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools': 'ID=_any\n',
  'extensions/confext/site.raw': 'hsqs',
  'scripts/provision.sh': '#!/bin/sh\ntouch /var/lib/tenants/ran\n',
}

const world = (repository: object = {}) => {
  const one = new GitWorld()
  const url = `file://${one.source.directory}`
  one.write(
    '/var/lib/bitbuilder/tenants.json',
    JSON.stringify({ tenants: [{ id: 'acme', repository: { url, ...repository } }] }),
  )
  return one
}

const state = (one: GitWorld) => readProvisionState(one.host, 'acme')
const words = (one: GitWorld) => state(one)?.problems.map(({ at, message }) => `${at.file}: ${message}`) ?? []

test('a commit becomes the revision that config points to, with its trees apart and its machines in their places', () => {
  using one = world()
  const commit = one.source.commit(FILES)
  expect([tenantProvision(one.host, ['acme']), one.logged]).toEqual([
    0,
    [`revision ${commit.slice(0, 12)} is current now`],
  ])
  expect(one.host.readLink('/var/lib/tenants/acme/config')).toBe(`revisions/${commit}`)
  expect(one.list('/config/')).toEqual([
    'README.md 644 Ours.\n',
    'containers/ 755',
    'containers/web/ 755',
    'containers/web/metadata.json 644 {}',
    'extensions/ 755',
    'extensions/confext/ 755',
    'extensions/confext/site.raw 644 hsqs',
    'extensions/sysext/ 755',
    'infrastructure/ 755',
    'machines/ 755',
    'machines/.gitkeep 644 ',
    'machines/db/ 755',
    'metadata.json 644 {"resources": {"memory": "1G"}}',
    'scripts/ 755',
    'scripts/provision.sh 755 #!/bin/sh\ntouch /var/lib/tenants/ran\n',
  ])
  const trees = readManifest(one.host, 'acme')?.trees ?? {}
  expect(Object.keys(trees)).toEqual([
    'containers/web/rootfs',
    'extensions/sysext/tools',
    'infrastructure/rootfs',
    'machines/db/rootfs',
  ])
  expect(one.list(`/trees/${trees['containers/web/rootfs']}`)).toEqual([
    'bin -> usr/bin',
    'etc/ 755',
    'etc/localtime -> /usr/share/zoneinfo/UTC',
    'usr/ 755',
    'usr/bin/ 755',
    'usr/bin/tool 755 #!/bin/sh\n',
  ])
  expect(trees['machines/db/rootfs']).toBe(trees['infrastructure/rootfs'])
  expect(one.list('/extensions')).toEqual([
    'confext/ 755',
    `confext/site.raw -> ../../revisions/${commit}/extensions/confext/site.raw`,
    'sysext/ 755',
    `sysext/tools -> ../../trees/${trees['extensions/sysext/tools']}`,
  ])
  expect([...one.list('/machines'), ...one.list('/containers'), ...one.list('/infra')]).toEqual([
    '.db.origin 600 ',
    'db/ 700',
    '.web.origin 600 ',
    'web/ 700',
    '.rootfs.origin 600 ',
    `.rootfs.tree 600 ${trees['infrastructure/rootfs']}\n`,
    'rootfs/ 755',
    'rootfs/etc/ 755',
    'rootfs/usr/ 755',
    'rootfs/usr/lib/ 755',
    'rootfs/usr/lib/os-release 644 ID=debian\n',
  ])
  expect(state(one)).toMatchObject({ state: 'current', commit, wanted: commit, accepted: commit, problems: [] })
})

const provision = (one: GitWorld) => tenantProvision(one.host, ['acme'])
const config = (one: GitWorld) => one.host.readLink('/var/lib/tenants/acme/config').slice('revisions/'.length)

/** What anybody could tell apart; the repository is git's own. */
const outcome = (one: GitWorld) => one.list().filter((line) => !/^git\/|^provision\.json/.test(line))

test('a new commit takes the place of the old one, and what went from it is put away with its data', () => {
  using one = world()
  one.source.commit(FILES)
  provision(one)
  one.write('/var/lib/tenants/acme/containers/web/data', 'kept')
  const { 'containers/web/rootfs/bin': _, ...rest } = FILES
  const without = Object.fromEntries(Object.entries(rest).filter(([path]) => !/^(?:containers|extensions)/.test(path)))
  const second = one.source.commit({ ...without, 'README.md': 'New.\n' })
  expect([provision(one), config(one)]).toEqual([0, second])
  expect(one.list('/containers')).toEqual(['.web.removed/ 700', '.web.removed/data 600 kept'])
  expect(one.list('/extensions')).toEqual(['confext/ 755', 'sysext/ 755'])
  one.source.commit({ ...FILES, 'README.md': 'Newer.\n' })
  provision(one)
  expect(one.list('/containers')).toEqual(['.web.origin 600 ', 'web/ 700', 'web/data 600 kept'])
  expect(one.list('/extensions/sysext')).toHaveLength(1)
})

test('what an administrator put in the place of a machine or an extension stays', () => {
  using one = world()
  one.write('/var/lib/tenants/acme/containers/web/mine', 'mine')
  one.write('/var/lib/tenants/acme/extensions/sysext/tools/mine', 'mine')
  one.source.commit(FILES)
  expect(provision(one)).toBe(0)
  expect(words(one)).toEqual([
    '/var/lib/tenants/acme/containers/web: is not from the repository, which has a machine of this name too, leaving it as it is',
    '/var/lib/tenants/acme/extensions/sysext/tools: is not from the repository, which has an extension of this name too, leaving it as it is',
  ])
  expect(one.list('/containers')).toEqual(['web/ 755', 'web/mine 600 mine'])
})

test.each<[string, Tree, RegExp]>([
  [
    'metadata that makes no sense',
    { 'metadata.json': '{\n  "resources": {"memory": "4 GB"}\n}' },
    /^[0-9a-f]{12}:metadata\.json: resources\.memory: expected a size/,
  ],
  ['metadata that is no JSON', { 'metadata.json': '{' }, /^[0-9a-f]{12}:metadata\.json: not valid JSON/],
  ['metadata that is a link', { 'metadata.json': '-> README.md', 'README.md': '{}' }, /metadata\.json: is no file$/],
  [
    'a link that leads out',
    { 'scripts/x': '-> ../../../../etc/shadow' },
    /scripts\/x: is a link that leads out of the repository$/,
  ],
  ['an absolute link', { 'network/x': '-> /etc' }, /network\/x: is a link that leads out of the repository$/],
  ['machines that are a link', { machines: '-> /etc' }, /:machines: is no directory$/],
  ['a machine that is a link', { 'machines/db': '-> /etc' }, /:machines\/db: is a link, expected a directory$/],
  ['a rootfs that is a link', { 'machines/db/rootfs': '-> /' }, /:machines\/db\/rootfs: is no directory$/],
  ['a machine with a bad name', { 'machines/DB/rootfs/x': '' }, /:machines\/DB: a machine's name is made of/],
  ['a machine called infra', { 'containers/infra/rootfs/x': '' }, /belongs to the infrastructure VM$/],
  [
    'two machines of one name',
    { 'machines/a/rootfs/x': '', 'containers/a/rootfs/x': '' },
    /there is another machine 'a'/,
  ],
  ['an extension that is a link', { 'extensions/sysext/x': '-> /usr' }, /is a link, expected a directory$/],
  ['a name with a line break', { 'scripts/a\nb': '' }, /has control characters, or is not UTF-8$/],
])('a commit with %s never becomes current', (_, files, reason) => {
  using one = world()
  const good = one.source.commit(FILES)
  provision(one)
  const before = outcome(one)
  const bad = one.source.commit(
    { ...FILES, ...files, ...(files.machines === undefined ? {} : {}) } as Tree,
    '--no-verify',
  )
  expect([provision(one), config(one)]).toEqual([0, good])
  expect(words(one)).toContainEqual(expect.stringMatching(reason))
  expect(state(one)).toMatchObject({ state: 'failed', commit: good, wanted: bad })
  expect(outcome(one)).toEqual(before)
})
