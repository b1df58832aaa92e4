import fc from 'fast-check'
import type { MemoryNode } from '../../lib/host/memory.ts'

/** How many random worlds each property is tried on. */
export const RUNS = Number(process.env.BITBUILDER_PROPERTY_RUNS ?? (process.env.CI === undefined ? 1000 : 10_000))

/** Pieces that mean something to systemd, a shell, JSON, mount(8), a terminal or a path. */
const PIECES = [
  '\n',
  '\r',
  '\\',
  '\\\n',
  '\\x0a',
  '%',
  '%n',
  '%%',
  '$',
  '$HOME',
  '"',
  "'",
  '`',
  ';',
  '#',
  '=',
  '[',
  ']',
  '[Service]',
  'ExecStart=/bin/sh',
  '\nExecStart=/bin/sh\n',
  ' ',
  '  ',
  '\t',
  '\0',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '\ud800',
  ':',
  ',',
  '/',
  '..',
  '../',
  '.',
  '-',
  '--',
  '@',
  '+',
  '~',
  '^',
  '_',
  '*',
  '?',
  'a',
  'A',
  '0',
  'ż',
  '🐢',
  '\u001b[31m',
  '__proto__',
  'constructor',
  '.raw',
  '.v',
  '.sysext',
  '<3>',
]

export const nasty = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

/** Names of one file in a directory: no `/`, no NUL, and some that are another's with something more. */
const fileName = fc
  .oneof(nasty, fc.constantFrom('tool', 'tool.raw', 'tool.sysext.raw', 'web', 'infra', 'a-b', 'tool.v', 'tool_1.0'))
  .map((name) => name.replace(/[/\0]/g, '-').slice(0, 60))
  .filter((name) => name !== '' && name !== '.' && name !== '..' && !/\p{Surrogate}/u.test(name))

/** Ids that are near one another on purpose: slices nest at dashes, bridges are cut at twelve characters. */
export const id = fc.oneof(
  fc.constantFrom('a', 'a-b', 'a-b-c', 'ab', 'acme', 'acme-prod', 'acme-prod-2', 'a--b', 'infra', 'tenant', '0'),
  fc.constantFrom('customer-number-1', 'customer-number-2', 'a'.repeat(31), 'a'.repeat(32), `${'a'.repeat(30)}-b`),
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/),
)

const size = fc.constantFrom('1', '512M', '4G', '1.5G', '7P')
const flag = fc.boolean()
const maybe: { requiredKeys: [] } = { requiredKeys: [] }

/** One line that a registry takes. */
const line = nasty.map((text) => text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/\\+$/, ''))

const innerPath = fc.constantFrom('infra/vmlinuz', 'a', 'a.b/c_d-e')

/** An entry that makes sense, without its id. */
const healthy = fc.record(
  {
    description: line,
    enabled: flag,
    resources: fc.record(
      {
        cpu: fc.constantFrom(0.01, 0.5, 2, 4096),
        memory: size,
        storage: size,
        tasks: fc.integer({ min: 1, max: 99 }),
        ioWeight: fc.integer({ min: 1, max: 10000 }),
      },
      maybe,
    ),
    infra: fc.record(
      { enabled: flag, cpu: fc.integer({ min: 1, max: 512 }), memory: size, kernel: innerPath, initrd: innerPath },
      maybe,
    ),
    network: fc.record({ mode: fc.constantFrom('private', 'none'), index: fc.integer({ min: 1, max: 255 }) }, maybe),
    extensions: fc.record({ base: fc.constantFrom('host', 'rootfs'), mutable: flag }, maybe),
    repository: fc.record({
      url: fc.constantFrom('https://git.example/a.git', 'git@git.example:%n/$HOME.git', '/srv/"a"/%%.git'),
      ref: fc.constantFrom('main', 'refs/heads/%i-$x', 'a"b;c'),
    }),
    placement: fc.record({ hosts: fc.array(fc.oneof(line, fc.constant('*')), { maxLength: 3 }) }),
  },
  maybe,
)

/** Anything that JSON can hold in place of an entry. */
const anything = fc.jsonValue({ maxDepth: 2 })
export const broken = fc.oneof(
  anything,
  fc
    .tuple(
      healthy,
      fc.constantFrom('description', 'resources', 'infra', 'enabled', 'network', 'id'),
      fc.oneof(anything, nasty),
    )
    .map(([entry, key, value]) => ({ ...entry, [key]: value })),
  fc.dictionary(nasty, anything, { maxKeys: 3 }),
)

const RELEASES = [
  'ID=debian\nVERSION_ID=13\n',
  'ID=_any\n',
  'ID=other\n',
  '',
  'ID="\n',
  'ARCHITECTURE=arm64\nID=_any\n',
]
const SQUASHFS = Uint8Array.of(0x68, 0x73, 0x71, 0x73)

type Branch = readonly (readonly [string, MemoryNode])[]

const extension = (kind: 'sysext' | 'confext'): fc.Arbitrary<Branch> =>
  fc.tuple(fileName, fc.constantFrom(...RELEASES), fc.nat(9)).map(([name, release, form]): Branch => {
    const dir = `extensions/${kind}/${name}`
    const inner = kind === 'sysext' ? 'usr/lib/extension-release.d' : 'etc/extension-release.d'
    const bare = name
      .replace(/\.v$/, '')
      .replace(/\.raw$/, '')
      .replace(new RegExp(`\\.${kind}$`), '')
    if (form < 3) return [[name.endsWith('.raw') ? dir : `${dir}.raw`, SQUASHFS]]
    if (form === 3) return [[dir, { link: '../../../other' }]]
    if (form === 4) return [[dir, { kind: 'fifo' }]]
    if (form === 5)
      return [
        [`${dir}.raw.v/${bare}_1.0.raw`, SQUASHFS],
        [`${dir}.raw.v/${bare}_1.1"\n.raw`, SQUASHFS],
      ]
    return [[`${dir}/${inner}/extension-release.${bare}`, release]]
  })

const machine = fc
  .tuple(fc.constantFrom('machines', 'containers'), fileName, fc.nat(3))
  .map(([dir, name, form]): Branch => {
    if (form === 0) return [[`${dir}/${name}.raw`, 'image']]
    return [[`${dir}/${name}`, form === 1 ? { link: '/etc' } : { kind: 'directory' }]]
  })

const rootfs = fc.constantFrom<Branch>(
  [],
  [['infra/rootfs/usr', { kind: 'directory' }]],
  [['infra/rootfs/etc/os-release', 'ID=debian\n']],
)
const metadata = fc.oneof(
  fc.constant<Branch>([]),
  healthy.map(({ resources, infra }): Branch => [['config/metadata.json', JSON.stringify({ resources, infra })]]),
  fc.constant<Branch>([['config', { link: '/etc' }]]),
)

/** What may lie in a tenant's directory, by path below it. */
export const disk: fc.Arbitrary<Branch> = fc
  .tuple(fc.array(fc.oneof(extension('sysext'), extension('confext'), machine), { maxLength: 5 }), rootfs, metadata)
  .map(([things, ...rest]) => [...things, ...rest].flat())

/** One tenant with everything that it has. */
export interface Candidate {
  readonly id: string
  readonly entry: Readonly<Record<string, unknown>>
  readonly disk: Branch
  readonly place: string
}

const DIRS = [
  '/etc/bitbuilder/tenants.d',
  '/run/bitbuilder/tenants.d',
  '/usr/lib/bitbuilder/tenants.d',
  'registry',
] as const

const plain = fc.record({ id, entry: healthy, disk, place: fc.constantFrom(...DIRS) })
const candidate: fc.Arbitrary<Candidate> = plain.map((one) => ({ ...one, entry: { id: one.id, ...one.entry } }))

export const candidates = (least: number, most: number): fc.Arbitrary<readonly Candidate[]> =>
  fc.uniqueArray(candidate, { minLength: least, maxLength: most, selector: (one) => one.id })
