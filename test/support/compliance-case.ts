import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { MemoryNode } from '../../lib/host/memory.ts'
import { MAKERS } from './compliance-makers.ts'

/** test/compliance/README.md says what these mean. */
type Value =
  | string
  | readonly string[]
  | null
  | {
      readonly text?: string | readonly string[]
      readonly base64?: string
      readonly hex?: string
      readonly size?: number
      readonly make?: string
      readonly link?: string
      readonly kind?: 'directory' | 'fifo' | 'socket'
      readonly device?: string
      readonly mode?: string
      readonly owner?: string
      readonly links?: number
      readonly attributes?: Readonly<Record<string, string>>
    }

type TreeText = Readonly<Record<string, Value>>

interface Spec {
  readonly about: string
  readonly from?: string
  readonly as?: string
  readonly mode?: 'source' | 'instance'
  readonly subject?: string
  readonly base?: string | TreeText
  readonly also?: readonly string[]
  readonly needs?: readonly string[]
  readonly tree: TreeText
}

/** One thing in a tree of a case. */
export interface Made {
  readonly kind: 'file' | 'directory' | 'fifo' | 'socket' | 'device' | 'link'
  readonly bytes: Uint8Array
  readonly target: string
  readonly device: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly links: number
  readonly attributes: Readonly<Record<string, string>>
}

/** By path, parents before children. */
export type MadeTree = ReadonlyMap<string, Made>

export interface ComplianceCase {
  /** `ROOT-03/refused`. */
  readonly name: string
  readonly rule: string
  readonly isRefused: boolean
  readonly spec: Spec
  readonly tree: MadeTree
  readonly base: MadeTree | undefined
  /** What is found in a refused one. */
  readonly expected: string
}

const TOP = join(import.meta.dirname, '..', 'compliance')

const textOf = (text: string | readonly string[]): Uint8Array =>
  Buffer.from(typeof text === 'string' ? text : text.map((line) => `${line}\n`).join(''))

const bytesOf = (value: Exclude<Value, null>): Uint8Array | undefined => {
  if (typeof value === 'string' || Array.isArray(value)) return textOf(value as string | readonly string[])
  const { text, base64, hex, size, make } = value as Extract<Value, { text?: unknown }>
  if (text !== undefined) return textOf(text)
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  if (hex !== undefined) {
    const [offset, digits] = hex.includes(':') ? (hex.split(':') as [string, string]) : ['0', hex]
    return Buffer.concat([Buffer.alloc(Number(offset)), Buffer.from(digits, 'hex')])
  }
  if (size !== undefined) return Buffer.alloc(size)
  if (make === undefined) return undefined
  const maker = MAKERS[make]
  if (maker === undefined) throw new Error(`there is no maker '${make}'`)
  return maker(value as Readonly<Record<string, unknown>>)
}

const DIRECTORY: Made = {
  kind: 'directory',
  bytes: new Uint8Array(),
  target: '',
  device: '',
  mode: 0o755,
  uid: 0,
  gid: 0,
  links: 1,
  attributes: {},
}

const made = (value: Exclude<Value, null>, before: Made | undefined): Made => {
  const more = typeof value === 'string' || Array.isArray(value) ? {} : (value as Extract<Value, { text?: unknown }>)
  const bytes = bytesOf(value)
  const kind =
    more.kind ??
    (more.link !== undefined ? 'link' : more.device !== undefined ? 'device' : bytes === undefined ? undefined : 'file')
  const start: Made = kind === undefined ? (before ?? DIRECTORY) : { ...DIRECTORY, kind }
  const [uid, gid] = more.owner?.split(':').map(Number) ?? []
  const usual = start.kind === 'directory' ? 0o755 : start.kind === 'link' ? 0o777 : 0o644
  return {
    ...start,
    bytes: bytes ?? start.bytes,
    target: more.link ?? start.target,
    device: more.device ?? start.device,
    mode: more.mode === undefined ? (kind === undefined ? start.mode : usual) : Number.parseInt(more.mode, 8),
    uid: uid ?? start.uid,
    gid: gid ?? uid ?? start.gid,
    links: more.links ?? start.links,
    attributes: more.attributes ?? start.attributes,
  }
}

const lay = (tree: Map<string, Made>, text: TreeText): void => {
  for (const [path, value] of Object.entries(text)) {
    const below = [...tree.keys()].filter((one) => one.startsWith(`${path}/`))
    const before = tree.get(path)
    const next = value === null ? undefined : made(value, before)
    if (next?.kind !== 'directory') for (const one of below) tree.delete(one)
    if (next === undefined) tree.delete(path)
    else tree.set(path, next)
  }
}

const withParents = (tree: ReadonlyMap<string, Made>): MadeTree => {
  const all = new Map(tree)
  for (const path of tree.keys())
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      if (!all.has(path.slice(0, end))) all.set(path.slice(0, end), DIRECTORY)
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const readTree = (name: string): TreeText => JSON.parse(readFileSync(join(TOP, 'trees', `${name}.json`), 'utf8'))

const treeOf = (...texts: readonly TreeText[]): MadeTree => {
  const tree = new Map<string, Made>()
  for (const text of texts) lay(tree, text)
  return withParents(tree)
}

const readCase = (file: string): ComplianceCase => {
  const spec: Spec = JSON.parse(readFileSync(join(TOP, file), 'utf8'))
  const from = spec.from === undefined ? {} : readTree(spec.from)
  const base = typeof spec.base === 'string' ? readTree(spec.base) : spec.base
  try {
    return {
      name: file.replace(/\.json$/, ''),
      rule: dirname(file),
      isRefused: basename(file).startsWith('refused'),
      spec,
      tree: treeOf(from, spec.tree),
      base: base === undefined ? undefined : treeOf(base),
      expected: join(TOP, file.replace(/json$/, 'txt')),
    }
  } catch (thrown) {
    throw new Error(`test/compliance/${file}: ${thrown}`)
  }
}

/** A tree of a file of its own, in the same format. */
export const readTreeFile = (file: string): MadeTree => treeOf(JSON.parse(readFileSync(file, 'utf8')))

/** Found, not listed. */
export const complianceCases = (): readonly ComplianceCase[] =>
  globSync('*-[0-9][0-9]/{accepted,refused}*.json', { cwd: TOP }).sort().map(readCase)

/** Files of `test/compliance` that no case is made of. */
export const strayFiles = (): readonly string[] =>
  globSync('*/*', { cwd: TOP }).filter(
    (file) => !file.startsWith('trees/') && !/^[A-Z]+-\d\d\/(?:accepted|refused)[a-z0-9-]*\.(?:json|txt)$/.test(file),
  )

const memoryNode = ({ kind, bytes, target, device, mode, uid, gid, links, attributes }: Made): MemoryNode => {
  if (kind === 'link') return { link: target }
  if (kind !== 'file') return { kind, mode, uid, gid, attributes, ...(device === '' ? {} : { device }) }
  try {
    return {
      kind,
      mode,
      uid,
      gid,
      links,
      attributes,
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    }
  } catch {
    return bytes
  }
}

/** For `memoryHost`, below `top`. */
export const inMemoryBelow = (tree: MadeTree, top: string): Record<string, MemoryNode> => ({
  [top]: { kind: 'directory', mode: 0o755 },
  ...Object.fromEntries([...tree].map(([path, one]) => [`${top}/${path}`, memoryNode(one)])),
})
