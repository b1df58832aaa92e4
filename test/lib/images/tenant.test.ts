import { expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { readStacks } from '../../../lib/extensions/stack.ts'
import type { Finished } from '../../../lib/host/host.ts'
import { HostError } from '../../../lib/host/host.ts'
import { type MemoryHost, type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'

const DIR = '/var/lib/tenants/acme/extensions'
const SHELF = `${DIR}/sysext/tools.sysext.raw.v`
const DONE: Finished = { status: 0, stdout: '', stderr: '' }

/** A squashfs as far as anybody looks who has no kernel and no unsquashfs(1): its magic number, and whole sectors. */
const image = (what = ''): string => `hsqs${'\0'.repeat(92)}${what}`.padEnd(512, '\0')

const RELEASES = 'usr/lib/extension-release.d'

/** What unsquashfs(1) has to say of each of them, and what is in its one file of contents. */
const LIST = `${['/', 'usr', 'usr/lib', RELEASES, 'usr/bin'].map((dir) => `${dir} D 0 755 0 0\n`).join('')}usr/bin x user.note=1
${RELEASES}/extension-release.tools R 0 644 0 0 8 0 0
usr/bin/hello R 0 755 0 0 0 0 0
#
#end
`
const hexOf = (text: string): string =>
  Array.from(text, (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join(' ')

const LARGEST = 1 << 20

/** A tenant whose disk is in memory, and cp(1) and cmp(1) with it. */
const world = (files: Readonly<Record<string, MemoryNode>> = {}, isRunning = false, release = 'ID=_any\n') => {
  /** The version of its first sysext that is taken, after every rename. */
  const taken: (string | undefined)[] = []
  const textOf = (path: string): string => host.readFile(path, LARGEST)?.text ?? ''
  const host: MemoryHost = memoryHost(
    {
      '/etc/os-release': 'ID=debian\n',
      '/etc/bitbuilder/tenants.d/acme.json': '{"id": "acme"}',
      '/var/lib/tenants/acme/.keep': '',
      ...files,
    },
    {
      run: ([program = '', ...args]) => {
        const [from = '', to = ''] = args.slice(-2)
        if (program === 'cp') host.createFile(to, textOf(from))
        if (program === 'sh') return { ...DONE, stdout: args.join(' ').includes(' -cat ') ? hexOf(release) : LIST }
        if (program === 'cmp') return { ...DONE, status: textOf(from) === textOf(to) ? 0 : 1 }
        return program === 'systemctl' && isRunning ? { ...DONE, stdout: 'ActiveState=active\n' } : DONE
      },
    },
  )
  const current = (): string | undefined =>
    readStacks(host, { id: 'acme', extensions: { base: 'host', mutable: true } })
      .value[0]?.layers[0]?.path.split('/')
      .at(-1)
  const watched: MemoryHost = {
    ...host,
    rename: (from, to) => {
      host.rename(from, to)
      taken.push(current())
    },
  }
  const call = (...args: readonly string[]) => {
    host.printed.length = 0
    const status = bitbuilder(watched, ['image', ...args])
    return { status, out: host.printed.join('') }
  }
  const refusal = (...args: readonly string[]): string => {
    try {
      call(...args)
    } catch (thrown) {
      if (thrown instanceof HostError) return thrown.message
      throw thrown
    }
    return ''
  }
  const names = (path = SHELF) => host.readDir(path)?.entries.map(({ name }) => name)
  return { host, taken, current, call, refusal, names }
}

const installed = (...names: readonly string[]): Readonly<Record<string, MemoryNode>> =>
  Object.fromEntries(names.map((name) => [`${SHELF}/${name}`, image(name)]))

test('an image becomes a version, and a newer one is taken at once', () => {
  const { host, taken, call, names } = world({
    '/a/tools_1.sysext.raw': image('1'),
    '/a/tools_2.sysext.raw': image('2'),
  })
  expect(call('install', 'acme', '/a/tools_1.sysext.raw')).toEqual({
    status: 0,
    out: 'acme: sysext tools 1 installed, is taken, before none\n',
  })
  expect(call('install', 'acme', '/a/tools_2.sysext.raw').out).toBe(
    'acme: sysext tools 2 installed, is taken, before 1\n',
  )
  expect(taken).toEqual(['tools_1.sysext.raw', 'tools_2.sysext.raw'])
  expect(names()).toEqual(['tools_1.sysext.raw', 'tools_2.sysext.raw'])
  expect(names(`${DIR}/sysext`)).toEqual(['tools.sysext.raw.v'])
  // It was whole, root's, and on the disk before it had its name.
  const programs = host.commands.map(([program]) => program).filter((program) => program !== 'sh')
  expect(programs.slice(0, 4)).toEqual(['cp', 'chmod', 'sync', 'sync'])
})

test('an older one is kept beside, and the same one is no news', () => {
  const { call } = world({
    '/a/tools_1.sysext.raw': image('tools_1+0.sysext.raw'),
    '/a/tools_0.9.sysext.raw': image(),
    ...installed('tools_1+0.sysext.raw', 'tools_2.sysext.raw'),
  })
  expect(call('install', 'acme', '/a/tools_1.sysext.raw', '/a/tools_0.9.sysext.raw').out).toBe(
    'acme: sysext tools 1 was there, 2 is taken\nacme: sysext tools 0.9 installed, 2 is taken\n',
  )
})

test('it goes into the directory of versions that the tenant has', () => {
  const { call, names } = world({
    '/a/tools_2_x86-64.raw': image(),
    [`${DIR}/sysext/tools.raw.v/tools_1.raw`]: image(),
  })
  expect(JSON.parse(call('install', 'acme', '/a/tools_2_x86-64.raw', '--class=sysext', '--json').out)).toEqual({
    installed: [
      {
        class: 'sysext',
        name: 'tools',
        version: '2',
        file: `${DIR}/sysext/tools.raw.v/tools_2_x86-64.raw`,
        isNew: true,
        current: '2',
        before: '1',
      },
    ],
    problems: [],
  })
  expect(names(`${DIR}/sysext/tools.raw.v`)).toEqual(['tools_1.raw', 'tools_2_x86-64.raw'])
})

test('a tenant that runs is left alone, and it is said how it gets it', () => {
  const { call } = world({ '/a/tools_1.sysext.raw': image() }, true)
  expect(call('install', 'acme', '/a/tools_1.sysext.raw').out).toContain(
    'tenant@acme.service runs with what it has: systemctl reload tenant@acme; bitbuilder plan acme',
  )
})

test('one that is for another system is refused, with its rule', () => {
  const { call, names } = world({ '/a/tools_1.sysext.raw': image() }, false, 'ID=arch\n')
  expect(call('install', 'acme', '/a/tools_1.sysext.raw')).toEqual({
    status: 1,
    out: "error: /a/tools_1.sysext.raw/usr/lib/extension-release.d/extension-release.tools: is for 'arch', the base is 'debian' [EXTREL-07]\n",
  })
  expect(names()).toBeUndefined()
})

test.each([
  ['/none_1.sysext.raw', {}, 'is not there'],
  ['/a/tools_1.sysext.raw', { '/a/tools_1.sysext.raw': { link: '/etc/shadow' } }, 'is a link'],
  ['/a/tools_1.sysext.raw', { '/a/tools_1.sysext.raw': { kind: 'fifo' } }, 'is a FIFO, expected a file'],
  ['/a/tools_1.raw', {}, 'say which it is with --class'],
  ['/a/tools.sysext.raw', {}, 'is not called NAME_VERSION.sysext.raw'],
  ['/a/tools_1_2.sysext.raw', {}, 'is not called NAME_VERSION.sysext.raw'],
  ['/a/.#_1.sysext.raw', {}, 'is not called NAME_VERSION.sysext.raw'],
  ['/a/tools_1.sysext.raw', { '/a/tools_1.sysext.raw': 'text' }, 'is neither squashfs nor erofs'],
  ['/a/tools_1.sysext.raw', { [`${DIR}/sysext/tools.raw`]: image() }, "is the extension 'tools' without versions"],
  ['/a/tools_1.sysext.raw', { [`${DIR}/sysext/tools`]: { link: '../../trees/x' } }, 'is from the tenant'],
  ['/a/tools_1.sysext.raw', { [`${DIR}/sysext`]: { link: '/etc' } }, 'is a link'],
  ['/a/tools_1.sysext.raw', installed('tools_1.sysext.raw'), 'is this version with something else in it'],
] as const)('%s with %j is refused, and nothing is left of it', (file, files, message) => {
  const { host, refusal } = world({ ...(file.startsWith('/a') ? { [file]: image() } : {}), ...files })
  const before = host.tree(DIR)
  expect(refusal('install', 'acme', file)).toContain(message)
  expect(host.tree(DIR)).toEqual(before)
})

test('one that is wrong keeps all of them out', () => {
  const { refusal, names } = world({ '/a/tools_1.sysext.raw': image(), '/a/site_1.confext.raw': 'text' })
  expect(refusal('install', 'acme', '/a/tools_1.sysext.raw', '/a/site_1.confext.raw')).toContain('is neither')
  expect(names()).toBeUndefined()
})

const VERSIONS = ['tools_1.sysext.raw', 'tools_2.sysext.raw', 'tools_3+2-1.sysext.raw'] as const

test('rollback takes the version before, and again; each stays', () => {
  const { call, taken, names } = world(installed(...VERSIONS))
  expect(call('rollback', 'acme', 'tools').out).toBe('acme: sysext tools 2 is taken, before 3\n')
  expect(names()).toEqual(['tools_1.sysext.raw', 'tools_2.sysext.raw', 'tools_3+0-1.sysext.raw'])
  expect(call('rollback', 'acme', 'tools').out).toBe('acme: sysext tools 1 is taken, before 2\n')
  expect(names()).toEqual(['tools_1.sysext.raw', 'tools_2+0.sysext.raw', 'tools_3+0-1.sysext.raw'])
  expect(taken).toEqual(['tools_2.sysext.raw', 'tools_1.sysext.raw'])
})

test('rollback over several goes from the one to the other, whenever it is interrupted', () => {
  const { call, taken, names } = world(installed(...VERSIONS))
  expect(call('rollback', 'acme', 'tools', '1').out).toBe('acme: sysext tools 1 is taken, before 3\n')
  expect(taken).toEqual(['tools_3+2-1.sysext.raw', 'tools_1.sysext.raw'])
  expect(names()).toEqual(['tools_1.sysext.raw', 'tools_2+0.sysext.raw', 'tools_3+0-1.sysext.raw'])
})

test.each([
  ['3', ['tools_3.sysext.raw'], ['tools_1.sysext.raw', 'tools_2+0.sysext.raw', 'tools_3.sysext.raw']],
  ['2', ['tools_2.sysext.raw'], ['tools_1.sysext.raw', 'tools_2.sysext.raw', 'tools_3+0-1.sysext.raw']],
  ['1', [], ['tools_1.sysext.raw', 'tools_2+0.sysext.raw', 'tools_3+0-1.sysext.raw']],
])('it goes forward to %s again', (version, steps, names) => {
  const bad = world(installed('tools_1.sysext.raw', 'tools_2+0.sysext.raw', 'tools_3+0-1.sysext.raw'))
  expect(bad.call('rollback', 'acme', 'tools', version).out).toContain(`tools ${version} is taken`)
  expect(bad.taken).toEqual(steps)
  expect(bad.names()).toEqual(names)
})

test('between two that are bad, the one asked for is good before the other is bad', () => {
  const { call, taken } = world(installed('tools_1.sysext.raw', 'tools_2+0.sysext.raw', 'tools_3.sysext.raw'))
  call('rollback', 'acme', 'tools', '2')
  expect(taken).toEqual(['tools_3.sysext.raw', 'tools_2.sysext.raw'])
})

test.each([
  [['tools'], installed('tools_1.sysext.raw'), 'is the oldest that is not marked as bad'],
  [['tools'], installed('tools_1+0.sysext.raw', 'tools_2.sysext.raw'), 'is the oldest that is not marked as bad'],
  [['tools', '9'], installed('tools_1.sysext.raw'), 'is not installed, there are 1'],
  [['other'], installed('tools_1.sysext.raw'), "extension 'other': has no versions: bitbuilder image list acme"],
  [['tools'], { [`${DIR}/sysext/tools`]: { link: '/etc' } }, "is from the tenant's repository, or a link"],
] as const)('rollback %j of what is not so is refused', (args, files, message) => {
  const { host, refusal } = world(files)
  const before = host.tree(DIR)
  expect(refusal('rollback', 'acme', ...args)).toContain(message)
  expect(host.tree(DIR)).toEqual(before)
})

test('a name of both classes has to be told apart', () => {
  const both = {
    ...installed('tools_1.sysext.raw', 'tools_2.sysext.raw'),
    [`${DIR}/confext/tools.raw.v/tools_1.raw`]: image(),
    [`${DIR}/confext/tools.raw.v/tools_2.raw`]: image(),
  }
  expect(world(both).refusal('rollback', 'acme', 'tools')).toContain('say which with --class')
  const { call, names } = world(both)
  call('rollback', 'acme', 'tools', '--class=confext')
  expect(names(`${DIR}/confext/tools.raw.v`)).toEqual(['tools_1.raw', 'tools_2+0.raw'])
})

const RELEASE = 'usr/lib/extension-release.d/extension-release'

test('list shows everything that is there, and what became of it', () => {
  const { call } = world({
    ...installed('tools_1.sysext.raw', 'tools_2+0-3.sysext.raw', 'tools_3_arm64.sysext.raw', 'notes.txt'),
    [`${DIR}/sysext/.#incoming/x_1.raw`]: image(),
    [`${DIR}/sysext/fits/${RELEASE}.fits`]: 'ID=debian\n',
    [`${DIR}/sysext/not/${RELEASE}.not`]: 'ID=fedora\n',
    [`${DIR}/confext/git`]: { link: '../../trees/abc' },
    '/var/lib/tenants/acme/trees/abc/etc/extension-release.d/extension-release.git': 'ID=debian\n',
  })
  expect(call('list').out).toMatchInlineSnapshot(`
    "TENANT  CLASS    NAME   VERSION  STATE     FORMAT    SIZE  FROM
    acme    sysext   fits   -        current   tree      -     local
    acme    sysext   not    -        left out  tree      -     local       is for 'fedora', the base is 'debian'
    acme    sysext   tools  1        current   squashfs  1K    local
    acme    sysext   tools  2        bad +0-3  squashfs  1K    local
    acme    sysext   tools  -        left out  squashfs  1K    local       is not called as a version is here
    acme    sysext   tools  3        foreign   squashfs  1K    local
    acme    confext  git    -        current   tree      -     repository
    "
  `)
  expect(JSON.parse(call('list', 'acme', '--json').out)[3]).toEqual({
    tenant: 'acme',
    class: 'sysext',
    name: 'tools',
    version: '2',
    tries: { left: 0, done: 3 },
    file: `${SHELF}/tools_2+0-3.sysext.raw`,
    state: 'bad',
    format: 'squashfs',
    size: 512,
    from: 'local',
  })
})
