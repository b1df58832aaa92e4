import { mkdirSync, openSync, readFileSync, readSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Host } from '../../../lib/host/host.ts'
import { makeFifo, temporaryDir } from '../../support/materialise.ts'
import { refusal } from './world.ts'

const names = (host: Host, path: string) => host.readDir(path)?.entries.map(({ name }) => name)

const listing = (host: () => Host): void => {
  // A name of Linux is bytes; as text, U+FFFD stands for each maximal subpart that is no UTF-8 (Unicode, section 3.9).
  test('reads names that are not UTF-8', () => {
    using dir = temporaryDir()
    const bytes = [
      'x\xe2\x82',
      '\xf0\x9f\x98',
      '\xc0\xaf',
      '\xed\xa0\x80',
      'caf\xe9.conf',
      '\xc3\xa9\xff',
      '\xf4\x90\x80\x80',
      '\xf0\x9f\x98\x80',
    ]
    for (const name of bytes) writeFileSync(Buffer.from(`${dir.path}/${name}`, 'latin1'), '')
    const expected = [
      'x\ufffd',
      '\ufffd',
      '\ufffd\ufffd',
      '\ufffd\ufffd\ufffd',
      'caf\ufffd.conf',
      'é\ufffd',
      '\ufffd\ufffd\ufffd\ufffd',
      '\u{1f600}',
    ]
    expect(names(host(), dir.path)).toEqual(expected.sort())
    host().remove(dir.path)
  })

  test('takes five thousand entries, and names of 255 bytes', () => {
    using dir = temporaryDir()
    const expected = Array.from({ length: 5000 }, (_, index) => `entry-${index}`)
    for (const name of expected) mkdirSync(`${dir.path}/${name}`)
    const long = 'ä'.repeat(127)
    writeFileSync(`${dir.path}/${long}`, '')
    const found = host().readDir(dir.path)
    expect(found?.entries).toEqual(
      [...expected.sort(), long].map((name) => ({ name, kind: name === long ? 'file' : 'directory' })),
    )
    host().remove(dir.path)
    expect(host().stat(dir.path)).toBe(undefined)
  })
}

const limits = (host: () => Host): void => {
  test('writes and reads eight megabytes', () => {
    using dir = temporaryDir()
    const text = 'ä\u{1f600}x\n'.repeat(1 << 20)
    host().createFile(`${dir.path}/created`, text)
    host().replaceFile(`${dir.path}/replaced`, text, 0o600)
    for (const name of ['created', 'replaced']) {
      expect(readFileSync(`${dir.path}/${name}`, 'utf8') === text).toBe(true)
      expect(host().readFile(`${dir.path}/${name}`, 8 << 20)?.text === text).toBe(true)
      expect(refusal(() => host().readFile(`${dir.path}/${name}`, (8 << 20) - 1))).toEqual([
        `${dir.path}/${name}`,
        'is larger than 8191 KiB',
      ])
    }
  })

  test('says that a name is too long', () => {
    using dir = temporaryDir()
    for (const path of [`${dir.path}/${'x'.repeat(256)}`, `${dir.path}/${'x/'.repeat(2500)}`]) {
      const expected = [path, 'name is too long']
      expect(refusal(() => host().stat(path))).toEqual(expected)
      expect(refusal(() => host().readFile(path, 99))).toEqual(expected)
      expect(refusal(() => host().createFile(path, 'x'))).toEqual(expected)
    }
    const target = 'x/'.repeat(2047)
    host().symlink(target, `${dir.path}/link`)
    expect(host().readLink(`${dir.path}/link`)).toBe(target)
    expect(refusal(() => host().symlink(`${target}xx`, `${dir.path}/longer`))).toEqual([
      `${dir.path}/longer`,
      'name is too long',
    ])
  })

  test('reads to the end what says that it is empty', () => {
    expect(host().readFile('/proc/self/status', 64 << 10)?.text).toContain('VmRSS')
    // More than anybody expects of a file that says it is empty.
    const large = readFileSync('/proc/kallsyms', 'utf8').length
    expect(large).toBeGreaterThan(1 << 20)
    expect(host().readFile('/proc/kallsyms', 64 << 20)?.text).toHaveLength(large)
    expect(refusal(() => host().readFile('/proc/kallsyms', 64 << 10))).toEqual([
      '/proc/kallsyms',
      'is larger than 64 KiB',
    ])
    expect(host().readFile('/proc/self/mountinfo', 1 << 20)?.text).toMatch(/ \/proc .*\n[\s\S]*\n$/)
  })

  test('does not wait at a FIFO', () => {
    using dir = temporaryDir()
    makeFifo(`${dir.path}/fifo`)
    const before = Date.now()
    refusal(() => host().readFile(`${dir.path}/fifo`, 4096))
    refusal(() => host().readBytes(`${dir.path}/fifo`, 0, 4))
    expect(Date.now() - before).toBeLessThan(1000)
  })
}

/** What every host does on the file systems of a machine. */
export const diskContract = (host: () => Host): void => {
  describe('readDir()', () => listing(host))
  describe('files', () => limits(host))

  test('replaceFile() leaves the old file whole for whoever has it open', () => {
    using dir = temporaryDir()
    const file = `${dir.path}/file`
    host().createFile(file, 'old')
    const old = openSync(file, 'r')
    host().replaceFile(file, 'new', 0o644)
    const buffer = Buffer.alloc(9)
    expect(buffer.toString('utf8', 0, readSync(old, buffer))).toBe('old')
    expect(readFileSync(file, 'utf8')).toBe('new')
  })

  test('makeDir() says the path that it was given, whatever part of it is in the way', () => {
    using dir = temporaryDir()
    symlinkSync('nothing', `${dir.path}/dangling`)
    for (const path of [`${dir.path}/dangling`, `${dir.path}/dangling/x`, `${dir.path}/dangling/x/y`, ''])
      expect(refusal(() => host().makeDir(path))).toEqual([path, 'ENOENT'])
    expect(refusal(() => host().makeDir('/sys/none/x'))).toEqual(['/sys/none/x', 'operation not permitted'])
    expect(names(host(), dir.path)).toEqual(['dangling'])
  })

  test('listInside() sees what has come since it was asked before, and what has gone', () => {
    using dir = temporaryDir()
    const base = `${dir.path}/base`
    expect(host().listInside(base, 'a')).toBe(undefined)
    mkdirSync(`${base}/a/x`, { recursive: true })
    expect(host().listInside(base, 'a')).toEqual([{ name: 'x', kind: 'directory' }])
    mkdirSync(`${base}/a/y`)
    expect(host().listInside(base, 'a')?.length).toBe(2)
    host().remove(base)
    expect(host().listInside(base, 'a')).toBe(undefined)
  })

  test('leaves no file open', () => {
    using dir = temporaryDir()
    const open = () => names(host(), '/proc/self/fd')?.length
    const before = open()
    for (let round = 0; round < 3; round += 1) {
      refusal(() => host().readFile(dir.path, 9))
      refusal(() => host().readDir(`${dir.path}/none`))
      refusal(() => host().readBytes(dir.path, 0, 9))
      refusal(() => host().createFile(dir.path, 'x'))
      refusal(() => host().replaceFile(dir.path, 'x', 0o644))
      refusal(() => host().makeDirMode('/proc/self/exe', 0o755))
      host().run(['sh', '-c', 'exit 1'], 5)
      host().run(['sleep', '5'], 0.05)
      host().run(['/no/such/program'], 5)
      host().withLock(`${dir.path}/lock`, 1, () => undefined)
    }
    expect(open()).toBe(before)
  })
}
