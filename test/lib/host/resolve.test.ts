import { expect, test } from 'vitest'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { resolveInside } from '../../../lib/host/resolve.ts'
import { refusal } from './world.ts'

const TREE: Readonly<Record<string, MemoryNode>> = {
  '/t/a/file': 'x',
  '/t/a/link': { link: 'file' },
  '/t/a/up': { link: '../b' },
  '/t/a/climb': { link: '../../other/secret' },
  '/t/a/climbBack': { link: '../../t/b' },
  '/t/a/absolute': { link: '/t/b' },
  '/t/a/chain': { link: 'up/again' },
  '/t/a/loop': { link: 'loop' },
  '/t/a/dangling': { link: 'nothing' },
  '/t/a/dot': { link: '.' },
  '/t/a/slashes': { link: './/../b//' },
  '/t/b/again': { link: '../a/file' },
  '/t/b/out': { link: '../../..' },
  '/other/secret': 'secret',
  ...Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`/t/many/${at}`, { link: `${at + 1}` }])),
}

const host = memoryHost(TREE)

// Expected values: path_resolution(7) with /t for a root, but leaving it is refused instead of ending at it.
test.each([
  ['a/file', '/t/a/file'],
  ['a/link', '/t/a/file'],
  ['a/up', '/t/b'],
  ['a/chain', '/t/a/file'],
  ['a/up/again', '/t/a/file'],
  ['a/dot/dot/file', '/t/a/file'],
  ['a/slashes', '/t/b'],
  ['a/../b', '/t/b'],
  ['a/..', '/t'],
  ['', '/t'],
  ['./a//', '/t/a'],
  ['a/none', undefined],
  ['a/dangling', undefined],
  ['none/../a', undefined],
])('%j is %j', (relative, path) => {
  expect(resolveInside(host, '/t', relative)?.path).toBe(path)
})

test.each([
  ['a/climb', ['/t/a/climb', 'leads out of /t']],
  ['a/climbBack', ['/t/a/climbBack', 'leads out of /t']],
  ['b/out', ['/t/b/out', 'leads out of /t']],
  ['..', ['/t/..', 'leads out of /t']],
  ['a/../../other/secret', ['/t/a/../../other/secret', 'leads out of /t']],
  ['../t/a', ['/t/../t/a', 'leads out of /t']],
  ['a/absolute', ['/t/a/absolute', 'is a link that leads out of /t']],
  ['a/loop', ['/t/a/loop', 'has too many links']],
  ['many/0', ['/t/many/0', 'has too many links']],
])('%j is refused', (relative, expected) => {
  expect(refusal(() => resolveInside(host, '/t', relative))).toEqual(expected)
})

test('forty links are followed, as the kernel does', () => {
  expect(refusal(() => resolveInside(host, '/t', 'many/20'))).toBe(undefined)
})
