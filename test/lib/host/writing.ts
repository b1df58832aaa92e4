import { expect, test } from 'vitest'
import { directory, LOOP, link, type MakeWorld, NOT_BELOW, refusal, text, type World } from './world.ts'

const TREE = {
  '/w': directory,
  '/w/file': text('old'),
  '/w/dir': directory,
  '/w/dir/inner': text('kept'),
  '/w/toFile': link('file'),
  '/w/toDir': link('dir'),
  '/w/dangling': link('nothing'),
  '/w/full': directory,
  '/w/full/deep': directory,
  '/w/full/deep/x': text('x'),
  '/w/full/out': link('../dir'),
} as const

type Check = (world: World, see: (path: string) => string | undefined) => void

const unitWriter: Readonly<Record<string, Check>> = {
  'makeDir() makes parents, 0755, and takes what is there': ({ host, read, write }) => {
    host.makeDir(write('/w/a/b/c'))
    host.makeDir(write('/w/a/b/c'))
    host.makeDir(write('/w/toDir'))
    expect(host.stat(read('/w/a/b/c'))).toMatchObject({ kind: 'directory', mode: 0o755 })
    expect(host.stat(read('/w/a'))).toMatchObject({ kind: 'directory', mode: 0o755 })
  },
  'makeDir() refuses a file in its way': ({ host, write }) => {
    expect(refusal(() => host.makeDir(write('/w/file')))).toEqual([write('/w/file'), 'already exists'])
    expect(refusal(() => host.makeDir(write('/w/file/x')))).toEqual([write('/w/file/x'), NOT_BELOW])
  },
  'createFile() makes a file, 0644, and follows nothing': ({ host, read, write }, see) => {
    host.createFile(write('/w/new'), 'ä\n')
    expect(see('/w/new')).toBe('ä\n')
    expect(host.stat(read('/w/new'))?.mode).toBe(0o644)
    for (const path of ['/w/file', '/w/toFile', '/w/dangling', '/w/dir'])
      expect(refusal(() => host.createFile(write(path), 'x'))).toEqual([write(path), 'already exists'])
    expect(see('/w/file')).toBe('old')
    expect(host.stat(read('/w/nothing'))).toBe(undefined)
  },
  'createFile() and symlink() want a directory': ({ host, write }) => {
    for (const [path, reason] of [
      ['/w/none/x', 'ENOENT'],
      ['/w/file/x', NOT_BELOW],
    ] as const) {
      expect(refusal(() => host.createFile(write(path), 'x'))).toEqual([write(path), reason])
      expect(refusal(() => host.symlink('x', write(path)))).toEqual([write(path), reason])
    }
  },
  'symlink() keeps its target as it is': ({ host, read, write }) => {
    host.symlink('../no/such//thing', write('/w/link'))
    expect(host.readLink(read('/w/link'))).toBe('../no/such//thing')
    for (const path of ['/w/file', '/w/dangling', '/w/dir'])
      expect(refusal(() => host.symlink('x', write(path)))).toEqual([write(path), 'already exists'])
  },
}

const rootWriter: Readonly<Record<string, Check>> = {
  'makeDirMode() sets the mode, whatever was there': ({ host, read, write }) => {
    host.makeDirMode(write('/w/m'), 0o2770)
    expect(host.stat(read('/w/m'))).toMatchObject({ kind: 'directory', mode: 0o2770, uid: 0 })
    host.makeDirMode(write('/w/m'), 0o700)
    expect(host.stat(read('/w/m'))?.mode).toBe(0o700)
    host.makeDirMode(write('/w/dir'), 0o711)
    expect(host.stat(read('/w/dir'))?.mode).toBe(0o711)
  },
  'makeDirMode() follows no link and makes no parents': ({ host, read, write }) => {
    for (const path of ['/w/file', '/w/toDir', '/w/dangling', '/w/file/x'])
      expect(refusal(() => host.makeDirMode(write(path), 0o700))).toEqual([write(path), NOT_BELOW])
    expect(refusal(() => host.makeDirMode(write('/w/none/x'), 0o700))).toEqual([write('/w/none/x'), 'ENOENT'])
    expect(host.stat(read('/w/dir'))?.mode).toBe(0o755)
  },
  'setMode() sets all the bits of a file or a directory, and of no link': ({ host, read, write }) => {
    host.setMode(write('/w/file'), 0o4751)
    host.setMode(write('/w/dir'), 0o1777)
    expect([host.stat(read('/w/file'))?.mode, host.stat(read('/w/dir'))?.mode]).toEqual([0o4751, 0o1777])
    for (const path of ['/w/toFile', '/w/dangling'])
      expect(refusal(() => host.setMode(write(path), 0o600))).toEqual([write(path), LOOP])
    expect(refusal(() => host.setMode(write('/w/none'), 0o600))).toEqual([write('/w/none'), 'ENOENT'])
  },
  'replaceFile() puts a whole file in place of another': ({ host, read, write }, see) => {
    host.replaceFile(write('/w/file'), 'new', 0o640)
    host.replaceFile(write('/w/fresh'), '', 0o600)
    expect(see('/w/file')).toBe('new')
    expect(host.stat(read('/w/file'))?.mode).toBe(0o640)
    expect(host.stat(read('/w/fresh'))).toMatchObject({ size: 0, mode: 0o600 })
  },
  'replaceFile() replaces a link, not what it points to': ({ host, read, write }, see) => {
    host.replaceFile(write('/w/toFile'), 'new', 0o644)
    expect(host.stat(read('/w/toFile'))?.kind).toBe('file')
    expect(see('/w/file')).toBe('old')
  },
  'replaceFile() that fails leaves nothing behind': ({ host, read, write }) => {
    const before = host.readDir(read('/w'))?.entries
    expect(refusal(() => host.replaceFile(write('/w/dir'), 'x', 0o644))).toEqual([
      write('/w/dir'),
      'is a directory, expected a file',
    ])
    expect(refusal(() => host.replaceFile(write('/w/none/x'), 'x', 0o644))).toEqual([write('/w/none/x'), 'ENOENT'])
    expect(host.readDir(read('/w'))?.entries).toEqual(before)
  },
  'rename() moves what is there, with all below, and replaces a file or a link': ({ host, read, write }, see) => {
    host.rename(write('/w/full'), write('/w/moved'))
    expect([host.stat(read('/w/full')), host.stat(read('/w/moved'))?.kind]).toEqual([undefined, 'directory'])
    host.rename(write('/w/dangling'), write('/w/toDir'))
    expect(host.stat(read('/w/toDir'))?.kind).toBe('link')
    host.rename(write('/w/file'), write('/w/toDir'))
    expect(see('/w/toDir')).toBe('old')
    expect(see('/w/dir/inner')).toBe('kept')
  },
  'rename() refuses what is not there, and a file or a full directory in the place of a directory': ({
    host,
    write,
  }) => {
    for (const [from, to, words] of [
      ['/w/none', '/w/x', 'ENOENT'],
      ['/w/file', '/w/none/x', 'ENOENT'],
      ['/w/dir', '/w/file', NOT_BELOW],
      ['/w/file', '/w/dir', 'is a directory, expected a file'],
      ['/w/full', '/w/dir', 'ENOTEMPTY'],
    ] as const)
      expect(refusal(() => host.rename(write(from), write(to)))).toEqual([write(to), words])
  },
  'remove() takes everything below and follows nothing': ({ host, read, write }, see) => {
    for (const path of ['/w/full', '/w/toFile', '/w/toDir', '/w/dangling', '/w/none', '/w/none/none'])
      host.remove(write(path))
    expect(host.readDir(read('/w'))?.entries.map(({ name }) => name)).toEqual(['dir', 'file'])
    expect(see('/w/dir/inner')).toBe('kept')
    host.remove(write('/w/file'))
    expect(host.stat(read('/w/file'))).toBe(undefined)
  },
  'withLock() gives what its work gives, or throws': ({ host, write }) => {
    expect(host.withLock(write('/w/lock'), 1, () => 7)).toBe(7)
    expect(
      refusal(() =>
        host.withLock(write('/w/lock'), 1, () => {
          throw new Error('mine')
        }),
      ),
    ).toEqual(new Error('mine'))
    expect(host.withLock(write('/w/lock'), 1, () => 8)).toBe(8)
  },
}

/** The writing half of the contract; every check has a world of its own. */
export const writingContract = (makeWorld: MakeWorld): void => {
  for (const [title, check] of Object.entries({ ...unitWriter, ...rootWriter })) {
    test(title, async () => {
      await using world = await makeWorld(TREE)
      check(world, (path) => world.host.readFile(world.read(path), 4096)?.text)
    })
  }
}
