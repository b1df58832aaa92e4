import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MemoryNode } from '../../lib/host/memory.ts'
import type { CaseNode, Placed } from './golden-case.ts'

/** A directory of its own for one test, taken away with the object. Mode 0755: the machine's own root is not private either. */
export const temporaryDir = (): { readonly path: string; [Symbol.dispose](): void } => {
  const path = mkdtempSync(join(tmpdir(), 'bb-'))
  chmodSync(path, 0o755)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Throws with what it said when it fails. */
export const must = (command: string, ...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

/** Bound under a short name and moved: a socket's address holds 107 bytes, unix(7). */
export const makeSocket = async (path: string): Promise<void> => {
  using dir = temporaryDir()
  const bound = join(dir.path, 's')
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(bound, done)
  })
  renameSync(bound, path)
  await new Promise<void>((done) => {
    server.close(() => done())
  })
}

export const makeFifo = (path: string): void => must('mkfifo', path)

/** /dev/null by another name. */
const makeDevice = (path: string): void => must('mknod', path, 'c', '1', '3')

const make = async (path: string, node: CaseNode): Promise<void> => {
  switch (node.kind) {
    case 'file':
      return writeFileSync(path, node.bytes)
    case 'sparse':
      writeFileSync(path, '')
      return truncateSync(path, node.size)
    case 'link':
      return symlinkSync(node.target, path)
    case 'directory':
      return mkdirSync(path)
    case 'fifo':
      return makeFifo(path)
    case 'device':
      return makeDevice(path)
    case 'socket':
      return makeSocket(path)
  }
}

/** The tree on disk, below `root`, which is there. */
export const materialise = async (tree: ReadonlyMap<string, Placed>, root: string): Promise<void> => {
  for (const [path, { node, mode, uid, gid }] of tree) {
    const real = root + path
    await make(real, node)
    if (uid !== 0 || gid !== 0) lchownSync(real, uid, gid)
    if (node.kind !== 'link') chmodSync(real, mode)
  }
}

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

const memoryNode = ({ node, mode, uid, gid }: Placed): MemoryNode => {
  if (node.kind === 'link') return { link: node.target }
  if (node.kind === 'sparse') return new Uint8Array(node.size)
  if (node.kind !== 'file') return { kind: node.kind, mode, uid, gid }
  if (!isUtf8(node.bytes)) return node.bytes
  return { kind: 'file', mode, uid, gid, text: Buffer.from(node.bytes).toString('utf8') }
}

/** The same tree for `memoryHost`. */
export const inMemory = (tree: ReadonlyMap<string, Placed>): Record<string, MemoryNode> =>
  Object.fromEntries([...tree].map(([path, one]) => [path, memoryNode(one)]))
