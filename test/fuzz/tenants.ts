/** Worlds built from nothing: entries that follow the tables of the schema, or nearly, and tenants' directories. */

import { metadataShape, tenantShape } from '../../lib/tenant/schema.ts'
import type { Shape } from '../../lib/tenant/shape.ts'
import { anyName, anyText } from './anything.ts'
import { LINES, NAMES, TARGETS } from './names.ts'
import { IDS, TEXTS, TOKENS } from './pieces.ts'
import type { Random } from './random.ts'
import { leaf, type TextTree, treeOf, write } from './text-tree.ts'
import { bytesOf, directory, emptyWorld, file, link, type World } from './world.ts'

/** How often a value is something that its place does not want. */
const ODD = 0.02

const SIZES = ['1', '512M', '4G', '1.5G', '7P', '100K', '999999999999999', '0.5T', '1.000001G', '8191P']
const PATHS = ['infra/vmlinuz', 'a', 'a.b/c_d-e', '.hidden/x', '...', '-']
const LINES_OF_TEXT = [
  'Acme',
  'two words',
  '100 %',
  '$HOME',
  'a"b\'c',
  'tail\\x',
  'żółw 🐢',
  'x'.repeat(200),
  '\u00a0',
  '',
]

/** A decimal number of any length and exponent: engines print and read these with code of their own. */
const anyNumber = (random: Random): string => {
  const digits = String(random.bits()).slice(0, 1 + random.below(10)) + String(random.bits()).slice(0, random.below(10))
  const at = random.below(digits.length)
  const whole = digits.slice(0, at).replace(/^0+(?=.)/, '') || '0'
  return `${whole}.${digits.slice(at)}${random.chance(0.2) ? `e${random.below(9) - 4}` : ''}`
}

const numberLeaf = (least: number, most: number, whole: boolean, random: Random): TextTree => {
  if (random.chance(0.05)) return leaf(random.pick([least, most, least - 1, most + 1].map(String)))
  return leaf(whole ? String(Math.round(least) + random.below(Math.min(most, 5000))) : anyNumber(random))
}

const textLeaf = ({ pattern, test }: Extract<Shape, { is: 'text' }>, random: Random): TextTree => {
  const pool = random.chance(0.2) ? [...TEXTS, anyText(random)] : [...SIZES, ...PATHS, ...LINES_OF_TEXT, ...IDS]
  const fitting = pool.filter((one) => (pattern?.of.test(one) ?? true) && (test?.(one) ?? true))
  return leaf(JSON.stringify(random.pick(fitting.length === 0 ? pool : fitting)))
}

/** A value that mostly has this shape. */
export const valueLike = (shape: Shape, random: Random): TextTree => {
  if (random.chance(ODD)) return leaf(random.chance(0.5) ? random.pick(TOKENS) : JSON.stringify(random.pick(TEXTS)))
  switch (shape.is) {
    case 'text':
      return textLeaf(shape, random)
    case 'integer':
      return numberLeaf(shape.least, shape.most, true, random)
    case 'number':
      return numberLeaf(shape.least, shape.most, false, random)
    case 'flag':
      return leaf(String(random.chance(0.5)))
    case 'choice':
      return leaf(JSON.stringify(random.pick(shape.of)))
    case 'list':
      return { is: 'list', items: Array.from({ length: random.below(4) }, () => valueLike(shape.of, random)) }
    case 'map':
      return { is: 'object', entries: [[JSON.stringify(random.pick(TEXTS)), valueLike(shape.of, random)]] }
    case 'object':
      return { is: 'object', entries: entriesOf(shape, random) }
  }
}

const entriesOf = ({ keys, required }: Extract<Shape, { is: 'object' }>, random: Random): [string, TextTree][] => {
  const share = random.pick([0.1, 0.3, 0.7])
  const wanted = Object.entries(keys).filter(([key]) => required?.includes(key) === true || random.chance(share))
  const entries = wanted.map(([key, inner]): [string, TextTree] => [JSON.stringify(key), valueLike(inner, random)])
  if (random.chance(ODD / 2)) entries.push([JSON.stringify(random.pick(TEXTS)), leaf(random.pick(TOKENS))])
  return entries
}

/** A pattern that some engine could think matches this host. */
const patternFor = (host: string, random: Random): string => {
  const parts = [...host].map((part) =>
    random.chance(0.2) ? random.pick(['?', '*', `[${part}]`, `[!${part}]`]) : part,
  )
  return random.pick([host, host.toUpperCase(), host.toLowerCase(), parts.join(''), random.pick(TEXTS)])
}

const entryOf = (id: string, host: string, random: Random): TextTree => {
  const entry = valueLike(tenantShape, random)
  if (entry.is !== 'object' || random.chance(ODD)) return entry
  const named = entry.entries.find(([key]) => key === '"id"')
  if (named !== undefined) named[1] = leaf(JSON.stringify(id))
  // Few have one: what is placed elsewhere gives no units.
  const entries = entry.entries.filter(([key]) => key !== '"placement"')
  if (random.chance(0.15)) entries.push(['"placement"', treeOf({ hosts: [patternFor(host, random)] })])
  return { is: 'object', entries }
}

const anyOrKnown = (random: Random): string => (random.chance(0.3) ? anyName(random) : random.pick(NAMES))

const someLines = (random: Random): string => {
  const start = random.chance(0.7) ? ['ID=debian', 'VERSION_ID=13'] : []
  return [...start, ...Array.from({ length: random.below(3) }, () => random.pick(LINES))].join('\n')
}

const magic = (offset: number, bytes: readonly number[]): Buffer =>
  Buffer.concat([Buffer.alloc(offset), Buffer.from(bytes)])

const IMAGES = [
  Buffer.from('hsqs'),
  Buffer.from('hsq'),
  Buffer.from('sqsh'),
  magic(1024, [0xe2, 0xe1, 0xf5, 0xe0]),
  magic(1024, [0xe2, 0xe1, 0xf5]),
  magic(512, [...Buffer.from('EFI PART')]),
  Buffer.alloc(0),
  Buffer.alloc(5000, 0xff),
]

type Branch = (dir: string, random: Random, world: World) => void

const extensionTree = (path: string, kind: string, name: string, random: Random, { tree }: World): void => {
  const top = kind === 'sysext' ? 'usr' : 'etc'
  const inner = kind === 'sysext' ? 'usr/lib' : 'etc'
  const bare = name.replace(/\.v$|\.raw$|\.sysext$|\.confext$/g, '').replace(random.chance(0.3) ? /[_+].*$/s : /$^/, '')
  tree.set(`${path}/${top}`, directory())
  if (random.chance(0.1)) tree.set(`${path}/${inner}/os-release`, file('ID=debian\n'))
  const release = `${path}/${inner}/extension-release.d/extension-release.${bare}`
  if (random.chance(0.9)) tree.set(release, random.chance(0.05) ? link(random.pick(TARGETS)) : file(someLines(random)))
}

const extension: Branch = (dir, random, world) => {
  const kind = random.pick(['sysext', 'sysext', 'confext'])
  const name = random.chance(0.6) ? random.pick(NAMES.slice(0, 14)) : anyOrKnown(random)
  const path = `${dir}/extensions/${kind}/${name}`
  if (random.chance(0.1)) world.tree.set(path, link(random.pick(TARGETS)))
  else if (name.endsWith('.v')) {
    for (let left = random.below(4); left >= 0; left -= 1) {
      const version = random.chance(0.8)
        ? `tool_${random.below(12)}.${random.below(3)}${random.pick(['', '.raw'])}`
        : random.pick(NAMES)
      if (version.endsWith('.raw')) world.tree.set(`${path}/${version}`, file(random.pick(IMAGES)))
      else extensionTree(`${path}/${version}`, kind, version, random, world)
    }
  } else if (name.endsWith('.raw')) world.tree.set(path, file(random.pick(IMAGES)))
  else extensionTree(path, kind, name, random, world)
}

const machine: Branch = (dir, random, { tree }) => {
  const name = random.chance(0.6) ? random.pick(['web', 'db', 'db.raw', 'a-b', 'cache.raw']) : anyOrKnown(random)
  const path = `${dir}/${random.pick(['machines', 'containers'])}/${name}`
  tree.set(path, random.chance(0.05) ? link(random.pick(TARGETS)) : name.endsWith('.raw') ? file('image') : directory())
}

const metadata: Branch = (dir, random, { tree }) => {
  const at = random.pick(['config', 'config', 'revisions/1'])
  tree.set(`${dir}/${at}/metadata.json`, file(write(valueLike(metadataShape, random), random, ODD / 20)))
  if (at !== 'config') tree.set(`${dir}/config`, link(random.chance(0.9) ? 'revisions/1' : random.pick(TARGETS)))
}

const rootfs: Branch = (dir, random, { tree }) => {
  tree.set(`${dir}/infra/rootfs/usr`, directory())
  if (random.chance(0.7)) tree.set(`${dir}/infra/rootfs/etc/os-release`, file(someLines(random)))
  if (random.chance(0.3)) tree.set(`${dir}/infra/rootfs/usr/lib/os-release`, file(someLines(random)))
}

const overlay: Branch = (dir, random, { tree }) => {
  tree.set(`${dir}/overlay/${random.pick(['usr', '.usr-work', 'etc', '.etc-work'])}`, directory())
  tree.set(`${dir}/network/wireguard.key`, file('secret', 0o640))
}

const BRANCHES: readonly Branch[] = [extension, extension, extension, machine, machine, metadata, rootfs, overlay]

const DIRS = ['/etc/bitbuilder', '/run/bitbuilder', '/var/lib/bitbuilder', '/usr/lib/bitbuilder']

const surroundings = (random: Random, host: string, { tree }: World): void => {
  const often = (path: string, make: () => string, share = 0.9): void => {
    if (random.chance(share)) tree.set(path, file(make()))
  }
  often('/etc/os-release', () => someLines(random))
  often('/usr/lib/os-release', () => someLines(random), 0.2)
  often('/proc/sys/kernel/hostname', () => `${host}\n`)
  often('/etc/hostname', () => random.pick(TEXTS), 0.2)
  often('/proc/cmdline', () => random.pick(['quiet', 'bitbuilder=1', 'bitbuilder=0', random.pick(TEXTS)]), 0.05)
  often('/etc/bitbuilder/bitbuilder.conf', () => ['[Network]', random.pick(LINES), random.pick(LINES)].join('\n'), 0.2)
  often('/etc/bitbuilder/bitbuilder.conf.d/10.conf', () => random.pick(LINES), 0.1)
  const index = (): string => (random.chance(0.8) ? String(1 + random.below(300)) : random.pick(TOKENS))
  often('/var/lib/bitbuilder/network.json', () => `{"tenants":{"acme":{"index":${index()}},"a":{"index":7}}}`, 0.3)
  often(
    '/usr/share/bitbuilder/templates/web/metadata.json',
    () => write(valueLike(metadataShape, random), random, 0),
    0.3,
  )
  for (const name of ['tenant@acme.service', 'tenant-old.slice', 'tenants.target.wants/tenant@a.service'])
    often(`/run/systemd/generator/${name}`, () => ['[Unit]', random.pick(LINES)].join('\n'), 0.1)
  tree.set('/usr/bin', directory())
}

/** One to a few tenants, with what belongs to them. */
export const builtWorld = (random: Random): World => {
  const world = emptyWorld('built')
  const host = random.chance(0.6) ? 'host' : random.chance(0.3) ? random.pick(TEXTS) : anyText(random)
  surroundings(random, host, world)
  const listed: TextTree[] = []
  for (let left = random.below(4); left >= 0; left -= 1) {
    const id = random.pick(random.chance(0.9) ? IDS.slice(0, 14) : IDS)
    const entry = entryOf(id, host, random)
    if (random.chance(0.4)) listed.push(entry)
    else
      world.tree.set(
        `${random.pick(DIRS)}/tenants.d/${bytesOf(id).replaceAll('/', '-')}.json`,
        file(write(entry, random, ODD / 20)),
      )
    const dir = `/var/lib/tenants/${bytesOf(id).replaceAll('/', '-')}`
    if (random.chance(0.85)) world.tree.set(dir, directory())
    for (let more = random.below(5); more > 0; more -= 1) random.pick(BRANCHES)(dir, random, world)
  }
  const registry: TextTree = { is: 'object', entries: [['"tenants"', { is: 'list', items: listed }]] }
  if (listed.length > 0) world.tree.set('/var/lib/bitbuilder/tenants.json', file(write(registry, random, ODD / 20)))
  return world
}
