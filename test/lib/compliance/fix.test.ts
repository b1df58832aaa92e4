import { describe, expect, test } from 'vitest'
import type { Fix } from '../../../lib/compliance/finding.ts'
import { applyFixes } from '../../../lib/compliance/fix.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'

const directory = (uid = 0, mode = 0o755): MemoryNode => ({ kind: 'directory', uid, mode })

const fixed = (files: Readonly<Record<string, MemoryNode>>, ...fixes: readonly Fix[]) => {
  const host = memoryHost({ '/t': directory(), ...files })
  const refused = applyFixes(host, '/t', fixes).map(({ reason }) => reason)
  return { host, refused, tree: host.tree('/t') }
}

describe('applyFixes()', () => {
  test('does each, twice if it is asked to', () => {
    const fixes: readonly Fix[] = [
      { do: 'mkdir', path: 'a/b', mode: 0o700 },
      { do: 'chmod', path: 'file', mode: 0o640 },
      { do: 'link', path: 'link', target: 'file' },
      { do: 'write', path: 'a/text', text: 'x', mode: 0o600 },
      { do: 'remove', path: 'gone' },
    ]
    const files = { '/t/file': '', '/t/link': { link: 'other' }, '/t/gone': '' }
    const { host, refused, tree } = fixed(files, ...fixes, ...fixes)
    expect(refused).toEqual([])
    expect(tree).toEqual([
      ['a/text', 'x'],
      ['file', ''],
      ['link', '-> file'],
    ])
    expect([host.stat('/t/a/b')?.mode, host.stat('/t/file')?.mode]).toEqual([0o700, 0o640])
  })

  test('moves what is there to where nothing is yet', () => {
    const { refused, tree } = fixed({ '/t/a/x': '1' }, { do: 'rename', path: 'a/x', to: 'b/c/x' })
    expect([refused, tree]).toEqual([[], [['b/c/x', '1']]])
  })

  test.each<readonly [what: string, files: Record<string, MemoryNode>, fix: Fix, reason: string]>([
    [
      'a link on the way',
      { '/t/etc': { link: '/etc' }, '/etc/passwd': 'root' },
      { do: 'write', path: 'etc/passwd', text: '', mode: 0o644 },
      '/t/etc: is a link, expected a directory',
    ],
    ['a way out', {}, { do: 'mkdir', path: '../out', mode: 0o755 }, '/t/../out: leads out of the tree'],
    [
      'a directory of somebody else',
      { '/t/home': directory(1000) },
      { do: 'chmod', path: 'home/x', mode: 0o777 },
      '/t/home: belongs to user 1000, who has to run this',
    ],
    [
      'a directory that others may write to',
      { '/t/open': directory(0, 0o777) },
      { do: 'remove', path: 'open/x' },
      '/t/open: may be written by others',
    ],
    [
      'a link in the place of a file',
      { '/t/x': { link: '/etc/shadow' }, '/etc/shadow': 'secret' },
      { do: 'chmod', path: 'x', mode: 0o666 },
      '/t/x: is a link, or has too many',
    ],
    [
      'a directory in the place of a link',
      { '/t/x/y': '' },
      { do: 'link', path: 'x', target: 'z' },
      '/t/x: is a directory',
    ],
    ['a full directory', { '/t/x/y': '' }, { do: 'remove', path: 'x' }, '/t/x: is a directory with something in it'],
    ['a file in the place of a directory', { '/t/x': '' }, { do: 'mkdir', path: 'x', mode: 0o755 }, '/t/x: is a file'],
  ])('leaves %s alone', (_, files, fix, reason) => {
    const before = memoryHost({ '/t': directory(), ...files }).tree('')
    const { host, refused } = fixed(files, fix)
    expect(refused).toEqual([reason])
    expect(host.tree('')).toEqual(before)
  })

  test('goes on after one that cannot be done', () => {
    const { refused, tree } = fixed(
      { '/t/x': '' },
      { do: 'chmod', path: 'none', mode: 0o600 },
      { do: 'rename', path: 'x', to: 'y' },
    )
    expect(refused).toEqual(['/t/none: ENOENT'])
    expect(tree).toEqual([['y', '']])
  })

  test('asks whose a tree is of the user who runs it', () => {
    const status = 'Name:\tx\nUid:\t1000\t1000\t1000\t1000\n'
    const { refused } = fixed(
      { '/t': directory(1000), '/t/tmp': directory(1000), '/proc/self/status': status },
      { do: 'chmod', path: 'tmp', mode: 0o1777 },
    )
    expect(refused).toEqual([])
  })
})
