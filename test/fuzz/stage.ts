/** Worlds on disk. */

import {
  chmodSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CaseNode, Placed } from '../support/golden-case.ts'
import { materialise } from '../support/materialise.ts'
import { directory, possible, type World } from './world.ts'

/** Where worlds are played: a directory in memory, with one of each thing that only another program can make. */
export interface Stage {
  readonly dir: string
  readonly root: string
  readonly out: string
}

const SPECIAL = ['fifo', 'socket', 'device'] as const

/** In memory where there is such a file system: a hundred thousand worlds are some millions of files. */
export const scratchDir = (): string => {
  const make = (parent: string): string => mkdtempSync(join(parent, 'bb-fuzz-'))
  try {
    return make('/dev/shm')
  } catch {
    return make(tmpdir())
  }
}

export const makeStage = async (dir: string): Promise<Stage> => {
  mkdirSync(join(dir, 'special'), { recursive: true })
  const nodes = SPECIAL.map((kind) => [`/${kind}`, { node: { kind }, mode: 0o644, uid: 0, gid: 0 }] as const)
  await materialise(new Map(nodes), join(dir, 'special'))
  return { dir, root: join(dir, 'root'), out: join(dir, 'out') }
}

const bytes = (path: string): Buffer => Buffer.from(path, 'latin1')

const makeNode = (stage: Stage, path: Buffer, node: CaseNode): void => {
  if (node.kind === 'file') writeFileSync(path, node.bytes)
  else if (node.kind === 'link') symlinkSync(bytes(node.target), path)
  else if (node.kind === 'directory') mkdirSync(path)
  else if (node.kind === 'sparse') {
    writeFileSync(path, '')
    truncateSync(path, node.size)
    // Another name for the one that is there, which costs no process.
  } else linkSync(join(stage.dir, 'special', node.kind), path)
}

const isShared = ({ kind }: CaseNode): boolean => SPECIAL.some((one) => one === kind)

const plant = (stage: Stage, tree: ReadonlyMap<string, Placed>, root: string): void => {
  for (const [path, { node, mode, uid, gid }] of possible(tree)) {
    const real = bytes(root + path)
    makeNode(stage, real, node)
    if (isShared(node)) continue
    if (uid !== 0 || gid !== 0) lchownSync(real, uid, gid)
    if (node.kind !== 'link' && mode !== (node.kind === 'directory' ? 0o755 : 0o644)) chmodSync(real, mode)
  }
}

const clear = (path: string): void => rmSync(path, { recursive: true, force: true })

/** The generators' directory as they find it. */
export const plantOut = (stage: Stage, { out, obstacles }: World): void => {
  for (const name of readdirSync(stage.dir)) if (name.startsWith('out')) clear(join(stage.dir, name))
  if (out === 'file') writeFileSync(stage.out, '')
  if (out === 'missing' || out === 'file') return
  if (out === 'link') symlinkSync('out.real', stage.out)
  const real = out === 'link' ? `${stage.out}.real` : stage.out
  mkdirSync(real)
  plant(stage, obstacles, real)
}

export const plantWorld = (stage: Stage, { tree }: World): void => {
  clear(stage.root)
  const top = tree.get('') ?? directory()
  mkdirSync(stage.root, { mode: 0o755 })
  if (top.node.kind === 'directory') {
    chmodSync(stage.root, top.mode)
    lchownSync(stage.root, top.uid, top.gid)
  }
  plant(stage, new Map([...tree].filter(([path]) => path !== '')), stage.root)
}

const describe = (path: Buffer): string => {
  const stats = lstatSync(path)
  const mode = `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`
  if (stats.isSymbolicLink()) return `link ${readlinkSync(path, 'latin1')}`
  if (stats.isFile()) return `file ${mode}\n${readFileSync(path, 'latin1')}`
  return stats.isDirectory() ? `directory ${mode}` : `other ${mode}`
}

const SLASH = Buffer.from('/')

const collect = (path: Buffer, found: Map<string, string>): void => {
  const said = describe(path)
  found.set(path.toString('latin1'), said)
  if (!said.startsWith('directory')) return
  for (const name of readdirSync(path, { encoding: 'buffer' })) collect(Buffer.concat([path, SLASH, name]), found)
}

/** Everything on the stage that is neither the world nor ours: what the programs have left behind, and where. */
export const readLeft = ({ dir }: Stage): Map<string, string> => {
  const found = new Map<string, string>()
  for (const name of readdirSync(dir)) {
    if (name !== 'root' && name !== 'special' && name !== 'said') collect(bytes(join(dir, name)), found)
  }
  return found
}
