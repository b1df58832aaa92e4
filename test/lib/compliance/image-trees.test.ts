import { beforeAll, describe, expect, test } from 'vitest'
import { erofs } from '../../../lib/compliance/image/erofs.ts'
import { ext4 } from '../../../lib/compliance/image/ext4.ts'
import { inodeTree } from '../../../lib/compliance/image/inode-tree.ts'
import { parseList } from '../../../lib/compliance/image/squashfs-list.ts'
import type { Tree } from '../../../lib/compliance/tree.ts'
import { verifyPath } from '../../../lib/compliance/verify.ts'
import { walk } from '../../../lib/compliance/walk.ts'
import { HostError } from '../../../lib/host/host.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { extensionImage } from '../../support/extension-image.ts'

/** Images that are read in place: what is in them, and that no image can do more than be refused. */

const LONG = 'long text '.repeat(5000)
const FILES = {
  'usr/lib/extension-release.d/extension-release.tool': 'ID=_any\n',
  'usr/share/tool/long': LONG,
  'usr/share/tool/naïve': 'x',
  'usr/share/tool/link': '-> ../tool/long',
  'usr/share/tool/far': `-> ${'../tool/'.repeat(20)}long`,
  ...Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`usr/share/many/file-${index}`, String(index)])),
}
const ATTRIBUTES = { 'usr/lib/extension-release.d/extension-release.tool': { 'user.extension-release.strict': '0' } }

const FORMATS = ['erofs', 'ext4'] as const

/** An ext4 is larger. */
const ROUNDS = { erofs: 400, ext4: 60 }

const made = new Map<string, Uint8Array>()
const imageOf = (format: string): Uint8Array => made.get(format) as Uint8Array

beforeAll(() => {
  for (const format of FORMATS) made.set(format, extensionImage({ format, files: FILES, labels: ATTRIBUTES }))
}, 60_000)

const readerOf = (bytes: Uint8Array) => (offset: number, length: number) => bytes.subarray(offset, offset + length)

const open = (format: (typeof FORMATS)[number], bytes: Uint8Array): Tree => {
  const compressed = () => {
    throw new HostError('', 'is compressed')
  }
  return inodeTree('image', format === 'erofs' ? erofs(readerOf(bytes), compressed) : ext4(readerOf(bytes)))
}

describe.each(FORMATS)('%s', (format) => {
  test('has what was put into it', () => {
    const tree = open(format, imageOf(format))
    for (const [path, text] of Object.entries(FILES)) {
      if (text.startsWith('-> ')) expect(tree.target(path)).toBe(text.slice(3))
      else expect(tree.text(path, 1 << 20)).toBe(text)
    }
    expect(tree.entries('usr/share/many').length).toBe(300)
    expect(tree.node('usr/share')?.kind).toBe('directory')
    expect(tree.node('usr/share/none')).toBe(undefined)
    expect(tree.node('none/none')).toBe(undefined)
    expect(tree.entries('usr/share/tool/long')).toEqual([])
    expect([...tree.bytes('usr/share/tool/long', 4090, 10)]).toEqual(
      [...LONG.slice(4090, 4100)].map((c) => c.charCodeAt(0)),
    )
    expect(tree.bytes('usr/share/tool/long', LONG.length - 2, 10).length).toBe(2)
    expect([...tree.attributes('usr/lib/extension-release.d/extension-release.tool')]).toContainEqual([
      'user.extension-release.strict',
      '0',
    ])
    expect(() => tree.text('usr/share/tool/long', 100)).toThrow(HostError)
  })

  test('ends in a finding, whatever bytes of it are others', () => {
    let state = 1
    const roll = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    const whole = imageOf(format)
    // Where metadata are, and anything at all.
    const places = [...whole.keys()].filter((at) => at < 200_000 && whole[at] !== 0)
    const kinds = new Set<string>()
    for (let round = 0; round < ROUNDS[format]; round += 1) {
      const bytes = Uint8Array.from(whole)
      for (let change = 0; change <= roll(6); change += 1)
        bytes[places[roll(places.length)] as number] = roll(3) === 0 ? 255 : roll(256)
      const host = memoryHost({ '/t/tool.sysext.raw': bytes })
      const { list } = verifyPath(host, '/t/tool.sysext.raw')
      for (const { rule } of list) kinds.add(rule.id)
      try {
        readAll(open(format, bytes))
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(HostError)
      }
    }
    expect([...kinds]).toContain('FMT-06')
  }, 60_000)
})

/** All that can be asked of it; how many things are in it. */
const readAll = (tree: Tree): number => {
  let count = 0
  walk(tree, '', {
    visit: (path, { size }) => {
      tree.bytes(path, Math.max(size - 9, 0), 9)
      tree.attributes(path)
      count += 1
      return true
    },
    giveUp: (path, why) => {
      throw new HostError(path, why)
    },
  })
  return count
}

test('a directory that is in itself is not gone into', () => {
  const bytes = Buffer.from(imageOf('ext4'))
  expect(readAll(open('ext4', bytes))).toBeGreaterThan(300)
  // An entry is its inode, three numbers of four bytes in all, and its name.
  const entryOf = (name: string): number => bytes.indexOf(`${String.fromCharCode(name.length, 2)}${name}`, 'latin1') - 6
  bytes.copy(bytes, entryOf('many'), entryOf('usr'), entryOf('usr') + 4)
  expect(() => readAll(open('ext4', bytes))).toThrow(/is the same directory as usr/)
})

describe('lists of unsquashfs', () => {
  test('have blanks, quotes and attributes', () => {
    const list = parseList(
      '/ D 1 755 0 0\na\\ b\\"c\\\\d R 1 4644 7 8 3 0 0\na\\ b\\"c\\\\d x user.x=0ta\\012b\nl S 1 777 0 0 x y\nh L a b"c\\d\ndev B 1 600 0 0 8 1\nf I 1 600 0 0 f\ns I 1 600 0 0 s\n#\n#end\n',
    )
    const file = { kind: 'file', mode: 0o4644, uid: 7, gid: 8, size: 3, links: 1, device: '' }
    expect(list.get('a b"c\\d')).toEqual({ node: file, target: '', attributes: new Map([['user.x', 'a\nb']]) })
    expect(list.get('l')?.target).toBe('x y')
    expect(list.get('dev')?.node.device).toBe('8:1')
    expect(['f', 's'].map((path) => list.get(path)?.node.kind)).toEqual(['fifo', 'socket'])
  })
  // A newline in a name is not behind anything: whatever comes after it, there is a line before that is none.
  test.each([
    ['a name with a newline', '/ D 1 755 0 0\na\nusr/evil R 1 644 0 0 1 0 0\n#\n#end\n'],
    ['an end in a name', '/ D 1 755 0 0\na\n#end\n'],
    ['a half line', '/ D 1 755 0 0\nusr D'],
    ['no line', 'nothing\n'],
  ])('%s is refused', (_, text) => {
    expect(() => parseList(text)).toThrow(HostError)
  })
})
