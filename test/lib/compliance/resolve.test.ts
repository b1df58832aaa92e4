import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diskTree } from '../../../lib/compliance/disk-tree.ts'
import { resolve, resolveLink } from '../../../lib/compliance/resolve.ts'
import { parentOf } from '../../../lib/compliance/tree.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'

const treeOf = (links: Readonly<Record<string, string>>) => {
  const files: Record<string, MemoryNode> = { '/t/usr/lib/file': '', '/t/etc/file': '', '/outside/secret': '' }
  for (const [path, target] of Object.entries(links)) files[`/t/${path}`] = { link: target }
  return diskTree(memoryHost(files), '/t', 't')
}

describe('resolve()', () => {
  test.each([
    ['usr/lib/file', {}, 'found usr/lib/file'],
    ['', {}, 'found '],
    ['usr/./lib//file', {}, 'found usr/lib/file'],
    ['usr/../etc/file', {}, 'found etc/file'],
    ['usr/none/file', {}, 'missing usr/none'],
    ['link', { link: 'usr/lib/file' }, 'found usr/lib/file'],
    ['etc/link', { 'etc/link': '../usr/lib/file' }, 'found usr/lib/file'],
    ['etc/link', { 'etc/link': '/usr/lib/file' }, 'found usr/lib/file'],
    ['lib/file', { lib: 'usr/lib' }, 'found usr/lib/file'],
    ['etc/link', { 'etc/link': '../../etc/file' }, 'found etc/file, climbs'],
    ['etc/link', { 'etc/link': '/../outside/secret' }, 'missing outside, climbs'],
    ['a', { a: 'b', b: 'a' }, 'loop'],
    // `..` after a link is that of where it leads.
    ['l/../file', { l: 'usr/lib' }, 'missing usr/file'],
  ] as const)('%s with %o is %s', (path, links, expected) => {
    const found = resolve(treeOf(links), path)
    const text = found.state === 'loop' ? 'loop' : `${found.state} ${found.path}${found.climbs ? ', climbs' : ''}`
    expect(text).toBe(expected)
  })
})

const part = fc.constantFrom('usr', 'lib', 'etc', 'file', 'a', 'b', 'l', '..', '.', '')
const target = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'))
const PLACES = ['a', 'usr/b', 'usr/lib/l', 'etc/l'] as const

test('resolveLink() is resolve(), only sooner', () => {
  fc.assert(
    fc.property(fc.record(Object.fromEntries(PLACES.map((place) => [place, target]))), (links) => {
      const tree = treeOf(Object.fromEntries(Object.entries(links).filter(([, one]) => one !== '')))
      for (const place of PLACES) {
        if (tree.node(place)?.kind !== 'link') continue
        const written = tree.target(place)
        const slow = resolve(tree, place)
        const quick = resolveLink(tree, place, written)
        expect({ place, ...quick }).toEqual({ place, ...slow })
        // Whatever it is, it is not outside.
        if (slow.state === 'found') expect(tree.node(parentOf(slow.path))?.kind ?? 'directory').toBe('directory')
      }
    }),
    { numRuns: 3000 },
  )
})
