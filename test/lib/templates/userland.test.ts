import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { diskTree } from '../../../lib/compliance/disk-tree.ts'
import type { Host } from '../../../lib/host/host.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { nodeHost } from '../../../lib/host/node.ts'
import { newPlan } from '../../../lib/templates/planned.ts'
import { addUserland, type Limits } from '../../../lib/templates/userland.ts'
import { elfFile } from '../../support/elf.ts'

const LOADER = '/lib64/ld-linux-x86-64.so.2'
const LIBS = '/usr/lib/x86_64-linux-gnu'

/** A root with a merged /usr, a C library, and a program. */
const ROOT: Readonly<Record<string, MemoryNode>> = {
  '/bin': { link: 'usr/bin' },
  '/lib': { link: 'usr/lib' },
  '/lib64': { link: 'usr/lib64' },
  '/usr/lib64/ld-linux-x86-64.so.2': { link: '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
  [`${LIBS}/ld-linux-x86-64.so.2`]: elfFile(),
  [`${LIBS}/libc.so.6`]: elfFile({ needed: ['ld-linux-x86-64.so.2'] }),
  '/usr/bin/true': elfFile({ interpreter: LOADER, needed: ['libc.so.6'] }),
  '/etc/shadow': 'secret',
}

const LIMITS: Limits = { files: 1000, size: 1 << 20 }

type Wanted = Parameters<typeof addUserland>[1]

const gather = (
  wanted: Wanted,
  more: Readonly<Record<string, MemoryNode>> = {},
  limits = LIMITS,
  plan = newPlan(),
  host: Host = memoryHost({ ...ROOT, ...more }),
) => {
  const said: string[] = []
  const source = { root: '', tree: diskTree(host, '/', '/') }
  addUserland(plan, { into: 'rootfs', ...wanted }, source, limits, (key, message) =>
    said.push(`${key.join('.')}: ${message}`),
  )
  const found = [...plan.entries]
    .filter(([, { kind }]) => kind !== 'directory')
    .map(([path, entry]) => (entry.kind === 'link' ? `${path} -> ${entry.target}` : path))
  return { said, found: found.sort() }
}

const BASE = [
  'rootfs/lib64 -> usr/lib64',
  'rootfs/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
  'rootfs/usr/lib/x86_64-linux-gnu/libc.so.6',
  'rootfs/usr/lib64/ld-linux-x86-64.so.2 -> ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
]

/** Of x86-64, needing the C library. */
const program = (parts: Parameters<typeof elfFile>[0] = {}) =>
  elfFile({ interpreter: LOADER, ...parts, needed: [...(parts.needed ?? []), 'libc.so.6'] })

describe('programs', () => {
  test('come with the interpreter and the libraries that they need', () => {
    expect(gather({ programs: ['usr/bin/true'] })).toEqual({ said: [], found: [...BASE, 'rootfs/usr/bin/true'].sort() })
  })

  test('find libraries as the loader does', () => {
    const { said, found } = gather(
      { programs: ['usr/bin/x'] },
      {
        '/usr/bin/x': program({
          needed: ['libown.so', 'libcore.so', 'libconf.so'],
          runpath: '$ORIGIN/../lib/own:/usr/lib/$LIB',
        }),
        // Of another machine: passed over, as the loader does.
        [`${LIBS}/libown.so`]: elfFile({ machine: 183 }),
        '/usr/lib/own/libown.so': { link: 'libown.so.1' },
        '/usr/lib/own/libown.so.1': elfFile(),
        // It does not say where its own lie, and they are loaded already.
        '/usr/lib/own/libcore.so': elfFile({ needed: ['libown.so'] }),
        '/etc/ld.so.conf': '# comment\ninclude ld.so.conf.d/*.conf\n',
        '/etc/ld.so.conf.d/a.conf': '/usr/lib/conf\n',
        '/usr/lib/conf/libconf.so': elfFile(),
      },
    )
    expect(said).toEqual([])
    expect(found).toEqual(
      expect.arrayContaining([
        'rootfs/usr/lib/own/libown.so -> libown.so.1',
        'rootfs/usr/lib/own/libown.so.1',
        'rootfs/usr/lib/own/libcore.so',
        'rootfs/usr/lib/conf/libconf.so',
      ]),
    )
  })

  test('what they may load comes too, unless it is only suggested', () => {
    const dlopen = [
      { soname: ['libgone.so.2', 'libreq.so.1'], priority: 'required' },
      { soname: ['librec.so.1'], priority: 'recommended' },
      { soname: ['libnone.so.1'], priority: 'recommended' },
      { soname: ['libsug.so.1'], priority: 'suggested' },
    ]
    const libraries = Object.fromEntries(
      ['libreq', 'librec', 'libsug'].map((name) => [`${LIBS}/${name}.so.1`, elfFile()]),
    )
    const { said, found } = gather({ programs: ['usr/bin/x'] }, { '/usr/bin/x': program({ dlopen }), ...libraries })
    expect(said).toEqual([])
    expect(found.filter((path) => /lib(?:req|rec|sug)/.test(path))).toEqual(
      ['librec', 'libreq'].map((name) => `rootfs${LIBS}/${name}.so.1`),
    )
  })

  test('what is missing is told with who needs it', () => {
    const dlopen = [{ soname: ['libb.so'], priority: 'required' }]
    expect(
      gather({ programs: ['usr/bin/x'] }, { '/usr/bin/x': program({ needed: ['liba.so'], dlopen }) }).said,
    ).toEqual([
      "userland.programs.0: 'usr/bin/x' needs 'liba.so', which is nowhere",
      "userland.programs.0: 'usr/bin/x' needs 'libb.so', which is nowhere",
    ])
  })

  // What ld.so itself would load: the oracle is the one of this machine.
  test.each(['/bin/bash', '/usr/bin/find'])('%s gets what the loader loads', (name) => {
    const path = realpathSync(name).slice(1)
    const { stdout } = spawnSync(realpathSync(LOADER), ['--list', `/${path}`], { encoding: 'utf8' })
    const loaded = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, one = '']) => `rootfs${realpathSync(one)}`)
    const { said, found } = gather({ programs: [path] }, {}, { files: 1000, size: 1 << 30 }, newPlan(), nodeHost(''))
    expect(said).toEqual([])
    expect(loaded.length).toBeGreaterThan(1)
    expect(found.filter((one) => !one.includes(' -> '))).toEqual([...new Set([...loaded, `rootfs/${path}`])].sort())
  })
})

describe('files', () => {
  test('come as they are, links as links', () => {
    const more = {
      '/usr/lib/a.target': 'a',
      '/usr/lib/x.wants/a.target': { link: '../a.target' },
      '/usr/lib/masked.service': { link: '/dev/null' },
      '/usr/lib/dir/b': 'b',
    }
    expect(gather({ files: ['usr/lib/x.wants/*', 'usr/lib/masked.service', 'usr/lib/{dir,none}/**'] }, more)).toEqual({
      said: [],
      found: [
        'rootfs/usr/lib/a.target',
        'rootfs/usr/lib/dir/b',
        'rootfs/usr/lib/masked.service -> /dev/null',
        'rootfs/usr/lib/x.wants/a.target -> ../a.target',
      ],
    })
  })

  test('go where links of the template lead, and make no loop there', () => {
    const plan = newPlan()
    plan.put('', 'rootfs/usr/sbin', { kind: 'link', target: 'bin' })
    const more = { '/usr/sbin/ip': { link: '../bin/ip' }, '/usr/bin/ip': 'ip', '/usr/sbin/nologin': 'no' } as const
    expect(gather({ files: ['usr/sbin/*'] }, more, LIMITS, plan).found).toEqual([
      'rootfs/usr/bin/ip',
      'rootfs/usr/bin/nologin',
      'rootfs/usr/sbin -> bin',
    ])
  })

  test('what the template has stays, and what is a directory there is told', () => {
    const plan = newPlan()
    plan.put('', 'rootfs/usr/lib/os-release', { kind: 'text', text: 'ID=x\n', mode: 0o644 })
    plan.put('', 'rootfs/usr/lib/d/e', { kind: 'text', text: '', mode: 0o644 })
    const more = { '/usr/lib/os-release': 'ID=debian\n', '/usr/lib/d': 'a file' }
    const { said } = gather({ files: ['usr/lib/os-release', 'usr/lib/d'] }, more, LIMITS, plan)
    expect(said).toEqual(["userland.files.1: 'usr/lib/d' is a directory and a file"])
    expect(plan.entries.get('rootfs/usr/lib/os-release')).toMatchObject({ kind: 'text' })
  })
})

describe('kernels', () => {
  const BOOT = {
    '/boot/vmlinuz-6.9.1': 'old',
    '/boot/vmlinuz-6.10.1': 'new',
    '/boot/initrd': { kind: 'file', mode: 0o600 },
  } as const

  test('the newest of the first pattern that matches', () => {
    const plan = newPlan()
    const place = { 'disk-image/boot/vmlinuz': ['usr/lib/modules/*/vmlinuz', 'boot/vmlinuz-*'] }
    expect(gather({ place }, BOOT, LIMITS, plan)).toEqual({ said: [], found: ['disk-image/boot/vmlinuz'] })
    expect(plan.entries.get('disk-image/boot/vmlinuz')).toMatchObject({ source: '/boot/vmlinuz-6.10.1' })
  })

  test('not one that only root may read', () => {
    expect(gather({ place: { initrd: ['boot/initrd'] } }, BOOT).said).toEqual([
      "userland.place.initrd: 'boot/initrd' is not for everybody to read",
    ])
  })

  test('none is told', () => {
    expect(gather({ place: { k: ['boot/k', 'usr/k'] } }).said).toEqual([
      'userland.place.k: none of boot/k, usr/k is in /',
    ])
    expect(gather({ place: { k: ['boot/k', '-usr/k'] } }).said).toEqual([])
  })
})

describe('what a hostile template asks for is not taken', () => {
  const HOST = {
    '/usr/bin/alternative': { link: '/etc/alternatives/x' },
    '/etc/alternatives/x': { link: '/usr/bin/true' },
    '/usr/lib/out': { link: '../../etc' },
    '/usr/lib/shadow': { link: '/etc/shadow' },
    '/usr/lib/secret': { kind: 'file', mode: 0o640, text: 'x' },
    '/usr/lib/closed': { kind: 'directory', mode: 0o750 },
    '/usr/lib/closed/x': 'x',
    '/usr/lib/fifo': { kind: 'fifo' },
    '/usr/lib/device': { kind: 'device' },
    '/usr/lib/loop': { link: 'loop' },
    '/boot/initrd': 'x',
    '/usr/lib/kernel': { link: '/etc/shadow' },
  } as const satisfies Record<string, MemoryNode>

  test.each([
    ['etc/shadow', "'etc/shadow' is not below usr"],
    ['boot/initrd', "'boot/initrd' is not below usr"],
    ['usr/bin/alternative', "'usr/bin/alternative' leads to 'etc', which is not below usr"],
    ['usr/lib/out/shadow', "'usr/lib/out/shadow' leads to 'etc', which is not below usr"],
    ['usr/lib/secret', "'usr/lib/secret' is not for everybody to read"],
    ['usr/lib/closed/x', "'usr/lib/closed/x' lies in 'usr/lib/closed', which not everybody may enter"],
    ['usr/lib/fifo', "'usr/lib/fifo' is a fifo, expected a file"],
    ['usr/lib/device', "'usr/lib/device' is a device, expected a file"],
    ['usr/lib', "'usr/lib' is a directory, expected a file"],
    ['usr/lib/loop', "'usr/lib/loop' has too many links"],
    ['usr/lib/none', "'usr/lib/none' matches nothing in /"],
    ['etc/*', "'etc/alternatives' is not below usr"],
  ])('%s', (pattern, message) => {
    const { said, found } = gather({ programs: [pattern] }, HOST)
    expect(said[0]).toBe(`userland.programs.0: ${message}`)
    expect(found.filter((path) => !path.includes(' -> '))).toEqual([])
    expect(gather({ programs: [`-${pattern}`] }, HOST).said).toEqual([])
  })

  test('a link to a secret comes as a link', () => {
    expect(gather({ files: ['usr/lib/shadow'] }, HOST)).toEqual({
      said: [],
      found: ['rootfs/usr/lib/shadow -> /etc/shadow'],
    })
    expect(gather({ place: { k: ['usr/lib/kernel'] } }, HOST)).toEqual({
      said: ["userland.place.k: 'usr/lib/kernel' leads to 'etc', which is not below usr or boot"],
      found: [],
    })
  })

  test('a wildcard passes over what it may not take', () => {
    expect(gather({ files: ['usr/lib/s*'] }, { ...HOST, '/usr/lib/seen': 'x' })).toEqual({
      said: [],
      found: ['rootfs/usr/lib/seen', 'rootfs/usr/lib/shadow -> /etc/shadow'],
    })
  })

  test('too much ends it', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`/usr/share/${index}`, 'xxxx']))
    expect(gather({ files: ['usr/share/*'] }, many, { files: 20, size: 1 << 20 }).said).toEqual([
      'userland: is more than 20 files and directories',
    ])
    expect(gather({ files: ['usr/**'] }, many, { files: 1000, size: 50 }).said).toEqual([
      'userland: is more than 50 bytes',
    ])
  })
})
