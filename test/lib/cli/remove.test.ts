import { describe, expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { runByName } from '../../../lib/program/by-name.ts'

const ENTRY = '/etc/bitbuilder/tenants.d/acme.json'
const LATER = '/var/lib/bitbuilder/tenants.d/acme.json'
const VENDOR = '/usr/lib/bitbuilder/tenants.d/acme.json'
const FILE = '/var/lib/bitbuilder/tenants.json'
const DATA = '/var/lib/tenants/acme/homes/me/file'
const MOUNTS = '/proc/self/mountinfo'

interface World {
  readonly files: Readonly<Record<string, MemoryNode>>
  /** Units that are up until they are stopped. */
  readonly up?: readonly string[]
  /** Says no to every stop. */
  readonly isStubborn?: boolean
}

const play = (args: readonly string[], { files, up = [], isStubborn = false }: World) => {
  let left = up
  const host = memoryHost(files, {
    run: ([, verb, ...words]) => {
      if (verb === 'stop' && !isStubborn) left = left.filter((unit) => !words.includes(unit))
      const stdout = verb === 'show' ? left.map((unit) => `Id=${unit}\nActiveState=active\n`).join('\n') : ''
      return { status: 0, stdout, stderr: '' }
    },
  })
  const status = runByName(host, ['remove', ...args], { bitbuilder })
  const did = host.commands.filter(([, verb]) => verb !== 'show').map(([, ...words]) => words.join(' '))
  const left_ = Object.keys(files).filter((path) => host.stat(path) !== undefined)
  return { status, did, said: [...host.printed, ...host.logged.map(({ line }) => `${line}\n`)].join(''), left: left_ }
}

describe('remove', () => {
  test('stops, disables, removes every file of its own that is in force, and reloads once', () => {
    const { status, did, said, left } = play(['acme'], {
      files: {
        [ENTRY]: '{"id": "acme"}',
        [LATER]: '{"id": "acme"}',
        [DATA]: '',
        '/run/systemd/generator/tenant-acme.slice': '',
        '/etc/bitbuilder/tenants.d/acme-2.json': '{"id": "acme-2"}',
      },
      up: ['tenant@acme.service', 'tenant-acme.slice'],
    })
    expect(did).toEqual([
      'disable --quiet --no-reload -- tenant@acme.service',
      'stop -- tenant@acme.service',
      'stop -- tenant-acme.slice',
      'daemon-reload',
    ])
    expect([status, said]).toEqual([0, `stopping tenant@acme.service\nremoving ${ENTRY}\nremoving ${LATER}\n`])
    expect(left).toEqual([DATA, '/run/systemd/generator/tenant-acme.slice', '/etc/bitbuilder/tenants.d/acme-2.json'])
  })

  test.each<[string, World['files'], string]>([
    [
      'in a file with others',
      { [ENTRY]: '{"id": "acme"}', [FILE]: '{"tenants": [{"id": "x"},\n {"id": "acme"}]}' },
      `${FILE}:2:2: tenant 'acme' is defined here, in a file with others`,
    ],
    ['by a package', { [ENTRY]: '{"id": "acme"}', [VENDOR]: '{"id": "acme"}' }, `${VENDOR}: tenant 'acme' comes with`],
  ])('does nothing where the tenant is defined %s too', (_, files, words) => {
    const { status, did, said, left } = play(['acme', '--purge-data'], { files: { ...files, [DATA]: '' } })
    expect([status, did]).toEqual([1, []])
    expect(said).toContain(words)
    expect(left).toHaveLength(Object.keys(files).length + 1)
  })

  test.each<[string, MemoryNode]>([
    ['an empty file', ''],
    ['a link to /dev/null', { link: '/dev/null' }],
  ])('what %s masks is not in its way, and the mask stays', (_, mask) => {
    const { status, left } = play(['acme', '--purge-data'], {
      files: {
        [ENTRY]: mask,
        [VENDOR]: '{"id": "acme"}',
        [FILE]: '{"tenants": [{"id": "acme"}]}',
        [DATA]: '',
        [MOUNTS]: '',
      },
    })
    expect([status, left]).toEqual([0, [ENTRY, VENDOR, FILE, MOUNTS]])
  })

  test('says what of the data goes, and takes its numbers back', () => {
    const { status, said, left } = play(['acme', '--purge-data'], {
      files: {
        [ENTRY]: '{"id": "acme"}',
        [DATA]: '',
        '/var/lib/tenants/acme/link': { link: '/etc' },
        '/var/lib/tenants/.acme.removed/half': '',
        '/var/lib/bitbuilder/network.json': '{"tenants": {"acme": {"index": 3}, "beta": {"index": 4}}}',
        '/etc/passwd': '',
      },
    })
    expect([status, left]).toEqual([0, ['/var/lib/bitbuilder/network.json', '/etc/passwd']])
    expect(said).toBe(
      `removing ${ENTRY}\ndeleting /var/lib/tenants/acme\ngiving up index 3 of /var/lib/bitbuilder/network.json\n`,
    )
  })

  test.each<[string, Partial<World>, string]>([
    ['it runs', { up: ['tenant-vm@acme:web.service'], isStubborn: true }, 'tenant-vm@acme:web.service still runs'],
    [
      'something is mounted in it',
      { files: { [MOUNTS]: '1 2 0:1 / / rw - x x rw\n3 1 0:2 / /var/lib/tenants/acme/homes rw - tmpfs x rw\n' } },
      '/var/lib/tenants/acme/homes: is mounted',
    ],
    ['it is a link', { files: { '/var/lib/tenants/acme': { link: '/etc' } } }, 'is a link, expected a directory'],
    [
      'the registry has errors that may hide it',
      { files: { [FILE]: '{"tenants": [', [DATA]: '' } },
      'has errors that may hide',
    ],
  ])('keeps the data when %s', (_, world, words) => {
    const files = { [DATA]: '', ...world.files }
    if ('/var/lib/tenants/acme' in files) delete (files as Record<string, MemoryNode>)[DATA]
    const { status, said, left } = play(['acme', '--purge-data'], { ...world, files })
    expect([status, left]).toEqual([1, Object.keys(files)])
    expect(said).toContain(words)
  })

  test('the mounts of another tenant with a similar id are not in its way', () => {
    const mount = '1 2 0:1 / /var/lib/tenants/acme-2/sysext rw - overlay x rw\n'
    expect(play(['acme', '--purge-data'], { files: { [DATA]: '', [MOUNTS]: mount } })).toMatchObject({
      status: 0,
      left: [MOUNTS],
    })
  })

  test('says that there is nothing', () => {
    const { status, said, did } = play(['acme'], { files: {} })
    expect([status, did]).toEqual([1, []])
    expect(said).toContain("tenant 'acme': is not in the registry, and nothing of it is here")
  })
})
