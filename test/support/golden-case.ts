import { existsSync, globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type GptWishes, gptImage } from './gpt-writer.ts'

/** What git cannot keep of a little root, or keeps badly: `case.json`. Paths are those of the root, beginning with `/`. */
interface CaseSpec {
  /** What the case is about, for people. */
  readonly note?: string
  /** Permission bits, octal: `"0666"`. Without it 0644, and 0755 for directories. */
  readonly modes?: Readonly<Record<string, string>>
  /** Owner, or `"OWNER:GROUP"`. */
  readonly owners?: Readonly<Record<string, number | string>>
  readonly fifos?: readonly string[]
  readonly sockets?: readonly string[]
  /** Character devices, those of /dev/null. */
  readonly devices?: readonly string[]
  /** Files of zeroes, by their length in bytes. */
  readonly sparse?: Readonly<Record<string, number>>
  /** Files by their bytes in hexadecimal, `"OFFSET:HEX"` with zeroes before the offset. */
  readonly bytes?: Readonly<Record<string, string>>
  /** Disk images. */
  readonly disks?: Readonly<Record<string, GptWishes>>
  readonly dirs?: readonly string[]
  readonly links?: Readonly<Record<string, string>>
  /** Files of one text repeated: `[times, text]` parts, joined. */
  readonly repeated?: Readonly<Record<string, readonly (readonly [number, string])[]>>
  readonly env?: Readonly<Record<string, string>>
  /** The kernel's host name; `host` when not said. */
  readonly hostname?: string
}

export type CaseNode =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'sparse'; readonly size: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory' | 'fifo' | 'socket' | 'device' }

export interface Placed {
  readonly node: CaseNode
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

export interface GoldenCase {
  readonly name: string
  readonly spec: CaseSpec
  readonly expected: string
  /** Everything in the root, parents before children. */
  readonly tree: ReadonlyMap<string, Placed>
}

const GOLDEN = join(import.meta.dirname, '..', 'golden')

const walk = (dir: string, below: string, found: Map<string, CaseNode>): void => {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const whole = join(dir, entry.name)
    const path = `${below}/${entry.name}`
    if (entry.isSymbolicLink()) found.set(path, { kind: 'link', target: readlinkSync(whole) })
    else if (entry.isDirectory()) {
      found.set(path, { kind: 'directory' })
      walk(whole, path, found)
    } else found.set(path, { kind: 'file', bytes: readFileSync(whole) })
  }
}

const bytesOf = (text: string): Uint8Array => {
  const [offset, hex] = text.includes(':') ? (text.split(':') as [string, string]) : ['0', text]
  return Buffer.concat([Buffer.alloc(Number(offset)), Buffer.from(hex, 'hex')])
}

const special = (spec: CaseSpec): [string, CaseNode][] => {
  const all = <T>(table: Readonly<Record<string, T>> | undefined, make: (value: T) => CaseNode) =>
    Object.entries(table ?? {}).map(([path, value]): [string, CaseNode] => [path, make(value)])
  const kinds = (paths: readonly string[] | undefined, kind: 'directory' | 'fifo' | 'socket' | 'device') =>
    (paths ?? []).map((path): [string, CaseNode] => [path, { kind }])
  return [
    ...kinds(spec.dirs, 'directory'),
    ...kinds(spec.fifos, 'fifo'),
    ...kinds(spec.sockets, 'socket'),
    ...kinds(spec.devices, 'device'),
    ...all(spec.sparse, (size) => ({ kind: 'sparse', size })),
    ...all(spec.bytes, (text) => ({ kind: 'file', bytes: bytesOf(text) })),
    ...all(spec.disks, (wishes) => ({ kind: 'file', bytes: gptImage(wishes) })),
    ...all(spec.links, (target) => ({ kind: 'link', target })),
    ...all(spec.repeated, (parts) => ({
      kind: 'file',
      bytes: Buffer.from(parts.map(([times, text]) => text.repeat(times)).join('')),
    })),
    ['/proc/sys/kernel/hostname', { kind: 'file', bytes: Buffer.from(`${spec.hostname ?? 'host'}\n`) }],
  ]
}

const withParents = (nodes: ReadonlyMap<string, CaseNode>): [string, CaseNode][] => {
  const all = new Map(nodes)
  for (const path of nodes.keys()) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end)
      if (!all.has(parent)) all.set(parent, { kind: 'directory' })
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1))
}

const placed = (path: string, node: CaseNode, spec: CaseSpec): Placed => {
  const [uid = '0', gid = '0'] = String(spec.owners?.[path] ?? 0).split(':')
  const mode = spec.modes?.[path] ?? (node.kind === 'directory' ? '0755' : '0644')
  return { node, mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid) }
}

/** A folder with `root/`, `case.json` or both, and `expected.txt`. */
const readCase = (dir: string): GoldenCase => {
  const specFile = join(dir, 'case.json')
  const spec = existsSync(specFile) ? (JSON.parse(readFileSync(specFile, 'utf8')) as CaseSpec) : {}
  const nodes = new Map<string, CaseNode>()
  if (existsSync(join(dir, 'root'))) walk(join(dir, 'root'), '', nodes)
  for (const [path, node] of special(spec)) nodes.set(path, node)
  const tree = new Map(withParents(nodes).map(([path, node]) => [path, placed(path, node, spec)]))
  for (const path of [...Object.keys(spec.modes ?? {}), ...Object.keys(spec.owners ?? {})])
    if (!tree.has(path)) throw new Error(`${specFile}: nothing is at ${path}`)
  return { name: basename(dir), spec, expected: join(dir, 'expected.txt'), tree }
}

/** Found, not listed: a case that nobody registered would never run. */
export const goldenCases = (): readonly GoldenCase[] =>
  globSync('[0-9]*', { cwd: GOLDEN })
    .sort()
    .map((name) => readCase(join(GOLDEN, name)))
