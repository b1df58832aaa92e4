import { truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packNative } from '../../../build/native.mjs'
import { needTools } from '../../../build/prerequisites.mjs'
import { nodeHost } from '../../../lib/host/node.ts'
import { type EngineHost, startEngine } from '../../support/engine-host.ts'
import { materialise, must, temporaryDir } from '../../support/materialise.ts'
import { hostContract } from './contract.ts'
import { diskContract } from './disk.ts'
import { inputContract, piecesOf } from './input.ts'
import { processContract } from './processes.ts'
import { directory, link, placed, text, worldAt, worldBelow } from './world.ts'

// The engine itself, not its like: a process of it is asked for everything.

let engine: EngineHost
const dir = temporaryDir()
const program = `${dir.path}/engine-server`
beforeAll(async () => {
  await packNative({ entry: 'test/support/engine-server.ts', destination: program })
  engine = await startEngine(program)
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  dir[Symbol.dispose]()
})

const host = () => engine.host

hostContract('quickjsHost at /', (tree) => worldAt(host(), tree))
hostContract('quickjsHost below another root', (tree) => worldBelow(host(), tree))
describe('quickjsHost', () => {
  processContract(host)
  diskContract(host)
  inputContract(async (stdin, most) => {
    await using reading = await startEngine(program, { stdin })
    return piecesOf(reading.host, most)
  })
})

/** ext4 as it was before it kept the kinds of files in its directories: getdents(2) says DT_UNKNOWN for all. */
const mountOldDisk = (dir: string): Disposable & { readonly path: string } => {
  needTools('mkfs.ext4')
  const [image, path] = [`${dir}/image`, `${dir}/mounted`]
  writeFileSync(image, '')
  truncateSync(image, 4 << 20)
  must('mkfs.ext4', '-q', '-O', '^filetype', image)
  must('mkdir', path)
  must('mount', '-o', 'loop', image, path)
  return { path, [Symbol.dispose]: () => must('umount', path) }
}

test('both find out the kinds of entries where the file system does not say them', async () => {
  using dir = temporaryDir()
  using disk = mountOldDisk(dir.path)
  const tree = {
    '/a': directory,
    '/b': text('b'),
    '/c': link('b'),
    '/d': { kind: 'fifo' },
    '/e': link('none'),
  } as const
  await materialise(placed(tree, ''), disk.path)
  const kinds = (found: ReturnType<typeof engine.host.readDir>) =>
    found?.entries.map(({ name, kind }) => `${name} ${kind}`)
  const expected = ['a directory', 'b file', 'c link', 'd fifo', 'e link', 'lost+found directory']
  expect(kinds(host().readDir(disk.path))).toEqual(expected)
  expect(kinds(nodeHost('').readDir(disk.path))).toEqual(expected)
  expect(host().listInside(disk.path, '.')).toEqual(host().readDir(disk.path)?.entries)
})
