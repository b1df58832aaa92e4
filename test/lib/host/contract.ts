import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CaseNode } from '../../support/golden-case.ts'
import { insideContract } from './inside.ts'
import { strangeContract } from './strange.ts'
import { directory, type InWorld, LOOP, link, type MakeWorld, NOT_BELOW, refusal, text, type World } from './world.ts'
import { writingContract } from './writing.ts'

/** One of everything that a directory can hold. */
const EVERYTHING: Readonly<Record<string, CaseNode>> = {
  '/d': directory,
  '/d/file': text('hello\n'),
  '/d/empty': text(''),
  '/d/bom': text('\ufeffx'),
  '/d/latin': { kind: 'file', bytes: Buffer.from('caf\xe9', 'latin1') },
  '/d/cut': { kind: 'file', bytes: Buffer.from('x\xc5', 'latin1') },
  '/d/surrogate': { kind: 'file', bytes: Buffer.from('eda080', 'hex') },
  '/d/large': { kind: 'sparse', size: 100 << 20 },
  '/d/dir': directory,
  '/d/dir/Zed': text('z'),
  '/d/dir/alpha': directory,
  '/d/dir/ä': text('ä'),
  '/d/dir/.hidden': text(''),
  '/d/dir/link': link('nowhere'),
  '/d/fifo': { kind: 'fifo' },
  '/d/socket': { kind: 'socket' },
  '/d/device': { kind: 'device' },
  '/d/toFile': link('file'),
  '/d/toDir': link('./dir/../dir'),
  '/d/absolute': link('@/d/dir'),
  '/d/dangling': link('nothing/here'),
  '/d/loop': link('loop'),
  '/d/ping': link('pong'),
  '/d/pong': link('@/d/ping'),
}

const statContract = (inWorld: InWorld): void => {
  for (const [path, kind] of [
    ['/d/file', 'file'],
    ['/d/dir', 'directory'],
    ['/d/fifo', 'fifo'],
    ['/d/socket', 'socket'],
    ['/d/device', 'device'],
    ['/d/toFile', 'link'],
    ['/d/dangling', 'link'],
    ['/d/loop', 'link'],
    ['/d/toDir/Zed', 'file'],
    ['/d/absolute/Zed', 'file'],
    ['/d/dir/../file', 'file'],
    ['/d/none', undefined],
    ['/none/none', undefined],
    ['/d/dangling/x', undefined],
  ] as const) {
    inWorld(`stat(${path}) is a ${kind}`, ({ host, read }) => expect(host.stat(read(path))?.kind).toBe(kind))
  }
  inWorld('stat() tells size, mode and owner', ({ host, read }) =>
    expect(host.stat(read('/d/file'))).toEqual({ kind: 'file', size: 6, mode: 0o644, uid: 0, gid: 0 }),
  )
  inWorld('stat() refuses what lies below a file or a loop', ({ host, read }) => {
    expect(refusal(() => host.stat(read('/d/file/x')))).toEqual([read('/d/file/x'), NOT_BELOW])
    expect(refusal(() => host.stat(read('/d/loop/x')))).toEqual([read('/d/loop/x'), LOOP])
  })
}

const READ_REFUSALS = [
  ['/d/dir', 'is a directory, expected a file'],
  ['/d/toDir', 'is a directory, expected a file'],
  ['/d/fifo', 'is a FIFO, expected a file'],
  ['/d/socket', 'is a socket, expected a file'],
  ['/d/device', 'is a device, expected a file'],
  ['/d/loop', LOOP],
  ['/d/ping', LOOP],
  ['/d/file/x', NOT_BELOW],
  ['/d/latin', 'is not valid UTF-8'],
  ['/d/cut', 'is not valid UTF-8'],
  ['/d/surrogate', 'is not valid UTF-8'],
  ['/d/large', 'is larger than 4 KiB'],
] as const

const readFileContract = (inWorld: InWorld): void => {
  for (const [path, reason] of READ_REFUSALS) {
    inWorld(`readFile(${path}) refuses: ${reason}`, ({ host, read }) =>
      expect(refusal(() => host.readFile(read(path), 4096))).toEqual([read(path), reason]),
    )
  }
  for (const [path, content] of [
    ['/d/file', 'hello\n'],
    ['/d/toFile', 'hello\n'],
    ['/d/toDir/Zed', 'z'],
    ['/d/absolute/ä', 'ä'],
    ['/d/empty', ''],
    ['/d/bom', '\ufeffx'],
    ['/d/none', undefined],
    ['/d/dangling', undefined],
    ['/none/none', undefined],
  ] as const) {
    inWorld(`readFile(${path}) is ${JSON.stringify(content)}`, ({ host, read }) =>
      expect(host.readFile(read(path), 4096)?.text).toBe(content),
    )
  }
  inWorld('readFile() takes exactly its limit, and the stat is that of the file', ({ host, read }) => {
    expect(host.readFile(read('/d/toFile'), 6)?.stat).toEqual(host.stat(read('/d/file')))
    expect(refusal(() => host.readFile(read('/d/file'), 5))).toEqual([read('/d/file'), 'is larger than 0 KiB'])
  })
}

const readBytesContract = (inWorld: InWorld): void => {
  for (const [path, reason] of [
    ...READ_REFUSALS.filter(([path]) => !/toDir|latin|cut|surrogate|large/.test(path)),
    ['/d/toFile', LOOP],
    ['/d/toDir', LOOP],
    ['/d/dangling', LOOP],
  ] as const) {
    inWorld(`readBytes(${path}) refuses: ${reason}`, ({ host, read }) =>
      expect(refusal(() => host.readBytes(read(path), 0, 4))).toEqual([read(path), reason]),
    )
  }
  inWorld('readBytes() gives what is there', ({ host, read }) => {
    const bytes = (path: string, offset: number, length: number) => [...host.readBytes(read(path), offset, length)]
    expect(Object.getPrototypeOf(host.readBytes(read('/d/file'), 0, 9))).toBe(Uint8Array.prototype)
    expect(bytes('/d/file', 1, 3)).toEqual([0x65, 0x6c, 0x6c])
    expect(bytes('/d/file', 4, 100)).toEqual([0x6f, 0x0a])
    expect(bytes('/d/file', 100, 4)).toEqual([])
    expect(bytes('/d/latin', 3, 4)).toEqual([0xe9])
    expect(bytes('/d/none', 0, 4)).toEqual([])
    expect(bytes('/d/toDir/Zed', 0, 4)).toEqual([0x7a])
  })
}

const listingContract = (inWorld: InWorld): void => {
  inWorld('readDir() sorts by code unit and follows no entry', ({ host, read }) => {
    const found = host.readDir(read('/d/dir'))
    const kinds = found?.entries.map(({ name, kind }) => [name, kind])
    const expected = [
      ['.hidden', 'file'],
      ['Zed', 'file'],
      ['alpha', 'directory'],
      ['link', 'link'],
      ['ä', 'file'],
    ]
    expect(kinds).toEqual(expected)
    expect(found?.stat).toEqual(host.stat(read('/d/dir')))
  })
  inWorld('readDir() follows links to the directory', ({ host, read }) => {
    expect(host.readDir(read('/d/toDir'))).toEqual(host.readDir(read('/d/dir')))
    expect(host.readDir(read('/d/absolute'))).toEqual(host.readDir(read('/d/dir')))
  })
  inWorld('readDir() is undefined where nothing is, and refuses the rest', ({ host, read }) => {
    for (const path of ['/d/none', '/none/none', '/d/dangling']) expect(host.readDir(read(path))).toBe(undefined)
    for (const path of ['/d/file', '/d/fifo', '/d/toFile', '/d/file/x'])
      expect(refusal(() => host.readDir(read(path)))).toEqual([read(path), NOT_BELOW])
    expect(refusal(() => host.readDir(read('/d/loop')))).toEqual([read('/d/loop'), LOOP])
  })
  inWorld('readLink() is the target as written', ({ host, read }) => {
    expect(host.readLink(read('/d/toDir'))).toBe('./dir/../dir')
    expect(host.readLink(read('/d/loop'))).toBe('loop')
    expect(refusal(() => host.readLink(read('/d/file')))).toEqual([read('/d/file'), 'EINVAL'])
    expect(refusal(() => host.readLink(read('/d/none')))).toEqual([read('/d/none'), 'ENOENT'])
  })
}

const ambientContract = (inWorld: InWorld): void => {
  inWorld('the clock never goes back, sleep() lasts', ({ host }) => {
    const before = host.now()
    host.sleep(20)
    expect(host.now() - before).toBeGreaterThanOrEqual(19)
  })
  inWorld('the surroundings have no gaps', ({ host }) => {
    expect(host.calledAs).toMatch(/^[^/]+$/)
    expect(host.env('BITBUILDER_NO_SUCH_VARIABLE')).toBe(undefined)
    expect(host.architecture()).toMatch(/^[a-z0-9]+(-[a-z0-9]+)?$/)
    expect(host.isTerminal()).toBe(false)
    expect(host.owner).toBe(0)
  })
}

const belowContract = (inWorld: InWorld): void => {
  inWorld('below() sees the same machine from another root', ({ host, write }) => {
    const inner = host.below(write('/d'))
    expect(inner.readFile('/file', 4096)?.text).toBe('hello\n')
    expect(inner.readFile('/toDir/Zed', 4096)?.text).toBe('z')
    expect(inner.readFile('/../../file', 4096)?.text).toBe('hello\n')
    expect(inner.stat('/absolute')?.kind).toBe('link')
    expect(inner.readDir('/absolute')).toBe(undefined)
    expect(refusal(() => inner.readFile('/dir', 4096))).toEqual(['/dir', 'is a directory, expected a file'])
  })
}

/** What every host does, and in which words it refuses. The core relies on it and on nothing else. */
export const hostContract = (name: string, makeWorld: MakeWorld): void => {
  describe(name, () => {
    let world: World
    beforeAll(async () => {
      world = await makeWorld(EVERYTHING)
    })
    afterAll(() => world[Symbol.asyncDispose]())
    const inWorld: InWorld = (title, work) => test(title, () => work(world))

    statContract(inWorld)
    readFileContract(inWorld)
    readBytesContract(inWorld)
    listingContract(inWorld)
    insideContract(inWorld)
    belowContract(inWorld)
    ambientContract(inWorld)
    writingContract(makeWorld)
    strangeContract(makeWorld)
  })
}
