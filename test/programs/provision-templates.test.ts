import { describe, expect, test } from 'vitest'
import { readManifest, readProvisionState } from '../../lib/git/state.ts'
import { tenantProvision } from '../../programs/tenant-provision.ts'
import { complianceCases } from '../support/compliance-case.ts'
import { GitWorld, type Tree } from '../support/git-world.ts'

/** Machines of a tenant's repository that name a template. */

const world = (repository: object = {}) => {
  const one = new GitWorld()
  const url = `file://${one.source.directory}`
  one.write(
    '/var/lib/bitbuilder/tenants.json',
    JSON.stringify({ tenants: [{ id: 'acme', repository: { url, ...repository } }] }),
  )
  return one
}

const METADATA = {
  template: { type: 'container', version: '1.0.0', name: 'shop' },
  parameters: { id: {}, machine: {}, COLOUR: { default: 'red' } },
  rendered: ['rootfs/etc/motd', 'config/nspawn-settings.conf', 'scripts/container-init.sh'],
}

const OS_RELEASE = 'ID=shop\nNAME=Shop\nPRETTY_NAME=Shop\nVERSION_ID=1\n'

/** Files of a template, below a directory of its own. */
const template = (directory: string, metadata: object = METADATA): Tree =>
  Object.fromEntries(
    Object.entries({
      'metadata.json': JSON.stringify(metadata),
      'rootfs/etc/motd': '{{machine}} of {{id}} is {{COLOUR}}\n',
      'rootfs/etc/os-release': '-> ../usr/lib/os-release',
      'rootfs/usr/lib/os-release': OS_RELEASE,
      'rootfs/etc/systemd/network/80-container.network': '[Match]\nName=host0\n\n[Network]\nDHCP=yes\n',
      'rootfs/etc/systemd/system/container-init.service': '[Service]\nExecStart=/bin/true\n',
      'rootfs/usr/lib/systemd/systemd': '#!/bin/sh\n',
      'rootfs/bin': '-> usr/bin',
      'rootfs/usr/bin/tool': '#!/bin/sh\n',
      'config/nspawn-settings.conf': '[Exec]\nBoot=yes\nHostname={{machine}}\n',
      'config/other.yaml': 'a: 1\n',
      'scripts/container-init.sh': '#!/bin/sh\necho {{machine}}\n',
    }).map(([path, text]) => [`${directory}/${path}`, text]),
  )

const machine = (wanted: object): string => JSON.stringify({ template: wanted })

const install = (one: GitWorld, files: Tree): void => {
  for (const [path, text] of Object.entries(files)) {
    const whole = `/usr/share/bitbuilder/templates/${path}`
    if (text.startsWith('-> ')) one.link(whole, text.slice(3))
    else one.write(whole, text)
    if (text.startsWith('#!')) one.chmod(whole, 0o755)
  }
}

const provision = (one: GitWorld): number => tenantProvision(one.host, ['acme'])
const words = (one: GitWorld) =>
  readProvisionState(one.host, 'acme')?.problems.map(({ at, message }) => `${at.file}: ${message}`) ?? []
/** Small templates as these are not all that a template should be. */
const WARNINGS = /: what the template makes has warnings: /
const errors = (one: GitWorld) => words(one).filter((line) => !WARNINGS.test(line))
const treeOf = (one: GitWorld, path: string): string => readManifest(one.host, 'acme')?.trees[path] ?? 'none'

describe('a machine', () => {
  test('is made of a template of the repository, with its own files over it', () => {
    using one = world()
    const commit = one.source.commit({
      ...template('templates/shop'),
      // Of a file system of its own, not of the repository; in one line it is said that such a link is no good idea.
      'templates/shop/rootfs/etc/issue': '-> /usr/lib/os-release',
      'containers/web/metadata.json': machine({ name: 'shop', parameters: { COLOUR: 'blue' } }),
      'containers/web/rootfs/etc/motd': 'mine\n',
      'containers/web/rootfs/bin/other': '#!/bin/sh\n',
      'containers/api/metadata.json': machine({ name: 'shop' }),
    })
    const inCommit = commit.slice(0, 12)
    expect([provision(one), one.logged]).toEqual([
      0,
      [
        expect.stringMatching(`^${inCommit}:containers/api: what the template makes has warnings: .*ROOT-17`),
        expect.stringMatching(`^${inCommit}:containers/web: what the template makes has warnings: .*ROOT-17`),
        `revision ${inCommit} is current now`,
      ],
    ])
    const [web, api] = [treeOf(one, 'containers/web/rootfs'), treeOf(one, 'containers/api/rootfs')]
    expect(web).toMatch(/^[0-9a-f]{64}$/)
    expect(web).not.toBe(api)
    const files = one.list(`/trees/${web}`)
    expect(files).toEqual(
      expect.arrayContaining([
        'bin -> usr/bin',
        'etc/issue -> /usr/lib/os-release',
        'etc/motd 644 mine\n',
        'tmp/ 1777',
        'run/ 755',
        'usr/bin/other 755 #!/bin/sh\n',
        'usr/bin/tool 755 #!/bin/sh\n',
        `usr/lib/os-release 644 ${OS_RELEASE}`,
      ]),
    )
    expect(one.list(`/trees/${api}`)).toContain('etc/motd 644 api of acme is red\n')
    expect(one.list('/config/')).toEqual([
      'containers/ 755',
      'containers/api/ 755',
      'containers/api/config/ 755',
      'containers/api/config/other.yaml 644 a: 1\n',
      expect.stringMatching(/^containers\/api\/metadata.json 644 /),
      'containers/api/nspawn-settings.conf 644 [Exec]\nBoot=yes\nHostname=api\n',
      'containers/api/scripts/ 755',
      'containers/api/scripts/container-init.sh 755 #!/bin/sh\necho api\n',
      'containers/web/ 755',
      'containers/web/config/ 755',
      'containers/web/config/other.yaml 644 a: 1\n',
      expect.stringMatching(/^containers\/web\/metadata.json 644 /),
      'containers/web/nspawn-settings.conf 644 [Exec]\nBoot=yes\nHostname=web\n',
      'containers/web/scripts/ 755',
      'containers/web/scripts/container-init.sh 755 #!/bin/sh\necho web\n',
      'templates/ 755',
    ])
    expect(one.list('/containers').filter((path) => !path.startsWith('.'))).toEqual(['api/ 700', 'web/ 700'])
    expect(one.list('/trees').filter((path) => path.startsWith('.tmp'))).toEqual([])
  })

  test('has the same tree for the same inputs, and another one for others', () => {
    using one = world()
    const files: Tree = { ...template('templates/shop'), 'containers/web/metadata.json': machine({ name: 'shop' }) }
    const trees = [files, { ...files, README: 'x' }, { ...files, 'templates/shop/rootfs/etc/motd': 'new\n' }].map(
      (each) => {
        one.source.commit(each)
        provision(one)
        return treeOf(one, 'containers/web/rootfs')
      },
    )
    expect(trees[1]).toBe(trees[0])
    expect(trees[2]).not.toBe(trees[0])
  })

  test('is made of a template of this host, with userland, whose changes show in the next commit', () => {
    using one = world()
    const userland = { into: 'rootfs', files: ['usr/share/bitbuilder/land/*'] }
    install(one, template('shop', { ...METADATA, userland }))
    one.write('/usr/share/bitbuilder/land/a', 'one')
    const trees = ['one', 'two'].map((text) => {
      one.write('/usr/share/bitbuilder/land/a', text)
      one.chmod('/usr/share/bitbuilder/land/a', 0o644)
      one.source.commit({ 'containers/web/metadata.json': machine({ name: 'shop' }), README: text })
      expect([provision(one), errors(one)]).toEqual([0, []])
      return treeOf(one, 'containers/web/rootfs')
    })
    expect(trees[1]).not.toBe(trees[0])
    expect(one.list(`/trees/${trees[1]}`)).toContain('usr/share/bitbuilder/land/a 644 two')
  })

  test('is made of a directory of a repository at a commit, the own one among them', () => {
    using one = world()
    const commit = one.source.commit({ ...template('made/here'), 'made/here/rootfs/etc/motd': 'old\n' })
    const url = `file://${one.source.directory}`
    one.source.commit({ 'containers/web/metadata.json': machine({ url, commit, path: 'made/here' }) })
    expect([provision(one), errors(one)]).toEqual([0, []])
    expect(one.list(`/trees/${treeOf(one, 'containers/web/rootfs')}`)).toContain('etc/motd 644 old\n')
  })

  test('is made of another repository, and fetches of it what it needs alone', () => {
    using one = world()
    const commit = one.source.commit({ ...template('a'), 'a/rootfs/etc/motd': 'other\n' })
    const url = `file://${one.source.directory}`
    one.source.git(['checkout', '--quiet', '--orphan', 'alone'])
    one.source.commit({ 'containers/web/metadata.json': machine({ url, commit, path: 'a' }) })
    one.write(
      '/var/lib/bitbuilder/tenants.json',
      JSON.stringify({ tenants: [{ id: 'acme', repository: { url, ref: 'alone' } }] }),
    )
    expect([provision(one), errors(one)]).toEqual([0, []])
    expect(one.list(`/trees/${treeOf(one, 'containers/web/rootfs')}`)).toContain('etc/motd 644 other\n')
    expect(one.host.readDir('/var/lib/tenants/acme')?.entries.filter(({ name }) => name.startsWith('.'))).toEqual([])
    const known = one.source.git([
      '--git-dir',
      one.path('/var/lib/tenants/acme/git'),
      'cat-file',
      '--batch-check',
      '--batch-all-objects',
    ])
    expect(known).not.toContain(commit)
  })

  test('that is a VM has what its partitions have where they would be mounted', () => {
    using one = world()
    const good = complianceCases().find(({ name }) => name === 'MACH-03/accepted-seed')
    const metadata = { template: { type: 'machine', version: '1.0.0', name: 'vm' } }
    install(one, { 'vm/metadata.json': JSON.stringify(metadata) })
    for (const [path, { kind, bytes, target, mode }] of good?.tree ?? []) {
      const whole = `/usr/share/bitbuilder/templates/vm/${path}`
      if (path === 'metadata.json') continue
      if (kind === 'link') one.link(whole, target)
      else if (kind === 'file') {
        one.write(whole, bytes)
        one.chmod(whole, mode)
      }
    }
    one.source.commit({ 'machines/db/metadata.json': machine({ name: 'vm' }) })
    expect([provision(one), errors(one)]).toEqual([0, []])
    const paths = one.names(`/trees/${treeOf(one, 'machines/db/rootfs')}`)
    expect(paths).toEqual(expect.arrayContaining(['boot/vmlinuz', 'efi/EFI/BOOT/BOOTX64.EFI', 'usr/lib/os-release']))
    expect(paths.filter((path) => path.startsWith('disk-image'))).toEqual([])
  })

  test('that is a VM is looked at as one', () => {
    using one = world()
    const files = Object.fromEntries(
      Object.entries(
        template('templates/shop', { ...METADATA, template: { ...METADATA.template, type: 'machine' }, rendered: [] }),
      )
        .filter(([path]) => !path.includes('/config/') && !path.includes('/scripts/'))
        .map(([path, text]) => [path.replace('/rootfs/', '/disk-image/rootfs/'), text]),
    )
    one.source.commit({
      ...files,
      'templates/shop/disk-image/boot/vmlinuz': 'kernel',
      'machines/db/metadata.json': machine({ name: 'shop' }),
    })
    expect(provision(one)).toBe(1)
    expect(words(one).join('\n')).toContain(':machines/db/disk-image: has nothing to boot')
    expect(words(one).join('\n')).toContain(':machines/db/rootfs/etc/machine-id: is missing [MACH-04]')
  })
})

describe('what is refused, with the revision before staying', () => {
  const GOOD: Tree = { ...template('templates/shop'), 'containers/web/metadata.json': machine({ name: 'shop' }) }

  const refuse = (files: Tree, message: RegExp): void => {
    using one = world()
    const before = one.source.commit({ README: 'x' })
    provision(one)
    const commit = one.source.commit(files)
    expect(provision(one)).toBe(0)
    const said = words(one).map((line) => line.replaceAll(commit.slice(0, 12), 'COMMIT'))
    expect(said.join('\n')).toMatch(message)
    expect(one.host.readLink('/var/lib/tenants/acme/config')).toBe(`revisions/${before}`)
    expect(one.list('/trees')).toEqual([])
  }

  test.each([
    [
      'a template that is nowhere',
      { ...GOOD, 'containers/web/metadata.json': machine({ name: 'none' }) },
      /^COMMIT:containers\/web\/metadata.json: template 'none' is neither in/,
    ],
    [
      'a name like a path',
      { ...GOOD, 'containers/web/metadata.json': machine({ name: '../shop' }) },
      /template.name: expected lower-case/,
    ],
    [
      'name and url',
      { ...GOOD, 'containers/web/metadata.json': machine({ name: 'shop', url: 'https://h/x' }) },
      /expected either name or url/,
    ],
    ['url without commit', { 'containers/web/metadata.json': machine({ url: 'https://h/x' }) }, /commit is missing/],
    [
      'a repository of this host',
      { 'containers/web/metadata.json': machine({ url: 'file:///srv/other.git', commit: 'a'.repeat(40) }) },
      /'file' is no protocol for templates of a tenant/,
    ],
    [
      'another type',
      { ...GOOD, 'machines/db/metadata.json': machine({ name: 'shop' }) },
      /COMMIT:machines\/db\/metadata.json: the template is of type 'container', expected 'machine'/,
    ],
    [
      'a parameter that there is not',
      { ...GOOD, 'containers/web/metadata.json': machine({ name: 'shop', parameters: { X: '1' } }) },
      /COMMIT:containers\/web\/metadata.json: the template has no parameter 'X'/,
    ],
    [
      'a value that breaks out',
      { ...GOOD, 'containers/web/metadata.json': machine({ name: 'shop', parameters: { COLOUR: 'a"b' } }) },
      /parameter 'COLOUR': 'a"b' has more in it than/,
    ],
    [
      'a placeholder without parameter',
      { ...GOOD, 'templates/shop/rootfs/etc/motd': 'x\n {{what}}' },
      /^COMMIT:templates\/shop\/rootfs\/etc\/motd: '\{\{what\}\}' names no parameter/,
    ],
    [
      'a template that is none',
      { ...GOOD, 'templates/shop/metadata.json': '{"template": {}}' },
      /^COMMIT:templates\/shop\/metadata.json: template.type: missing/,
    ],
    [
      'a tree that does not comply',
      {
        ...GOOD,
        'templates/shop/rootfs/etc/os-release': '-> /nowhere',
        'templates/shop/rootfs/usr/lib/os-release': '-> loop',
      },
      /COMMIT:containers\/web\/rootfs.*\[OSR-01\]/,
    ],
    [
      'secrets of the host',
      {
        ...GOOD,
        'templates/shop/metadata.json': JSON.stringify({
          ...METADATA,
          userland: { into: 'rootfs', files: ['etc/shadow'] },
        }),
      },
      /userland.files: /,
    ],
    [
      'own files that do not fit',
      { ...GOOD, 'containers/web/rootfs/usr/bin': 'a file' },
      /^COMMIT:containers\/web\/rootfs\/usr\/bin: cannot be laid over the template: is a directory and a file/,
    ],
    [
      'requirements',
      { ...GOOD, 'templates/shop/metadata.json': JSON.stringify({ ...METADATA, requirements: { kernel: '>=99' } }) },
      /requirements: kernel: >=99 is required/,
    ],
    [
      'a tree made by hand that no machine starts on',
      { 'containers/web/rootfs/etc/os-release': '-> ../../../x', 'containers/web/rootfs/usr/bin/init': '#!/bin/sh\n' },
      /^COMMIT:containers\/web\/rootfs: .*\[OSR-01\]/,
    ],
  ] as const)('%s', (_, files, message) => {
    refuse(files as unknown as Tree, message)
  })

  test('what a machine may say in another place', () => {
    using one = world()
    one.source.commit({ 'containers/web/metadata.json': machine({ name: 'shop', parameters: { A: 1 } }) })
    provision(one)
    expect(words(one).join('\n')).toContain('template.parameters.A: expected a text, got 1')
  })
})
