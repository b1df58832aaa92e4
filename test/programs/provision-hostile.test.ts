import { expect, test } from 'vitest'
import { readProvisionState } from '../../lib/git/state.ts'
import { tenantProvision } from '../../programs/tenant-provision.ts'
import { GitWorld } from '../support/git-world.ts'

/** Objects that git would not make, and those that git makes for whoever wants to do harm. None becomes current, none leaves a trace. */

type Make = (source: GitWorld['source']) => string

const link = (source: GitWorld['source'], target: string): string => source.blob(target)

const HOSTILE: Readonly<Record<string, Make>> = {
  'a name with a slash': (source) => source.tree([['100644', '../../../etc/x', source.blob('x')]]),
  'two dots': (source) => source.tree([['40000', '..', source.tree([['100644', 'x', source.blob('x')]])]]),
  'one dot': (source) => source.tree([['40000', '.', source.tree([['100644', 'x', source.blob('x')]])]]),
  '.git': (source) => source.tree([['40000', '.git', source.tree([['100644', 'config', source.blob('x')]])]]),
  '.GIT': (source) => source.tree([['100644', '.GIT', source.blob('x')]]),
  'a link and a directory of one name': (source) =>
    source.tree([
      ['120000', 'a', link(source, '/etc')],
      ['40000', 'a', source.tree([['100644', 'x', source.blob('x')]])],
    ]),
  'two files of one name': (source) =>
    source.tree([
      ['100644', 'a', source.blob('1')],
      ['100644', 'a', source.blob('2')],
    ]),
  'an empty name': (source) => source.tree([['100644', '', source.blob('x')]]),
  'a name of 4 MB': (source) => source.tree([['100644', 'x'.repeat(4 << 20), source.blob('x')]]),
  'a name with control characters': (source) => source.tree([['100644', 'a\u001b[2Jb', source.blob('x')]]),
  'a device': (source) => source.tree([['20666', 'x', source.blob('x')]]),
  'a submodule': (source) => source.tree([['160000', 'x', 'c'.repeat(40)]]),
  'an entry without object': (source) => source.tree([['100644', 'x', '0'.repeat(40)]]),
  'a link to nothing': (source) => source.tree([['120000', 'x', link(source, '')]]),
  'a link with control characters': (source) => source.tree([['120000', 'x', link(source, 'a\nb')]]),
  'a link of 5000 bytes': (source) => source.tree([['120000', 'x', link(source, 'x/'.repeat(2500))]]),
  'more directories than a path can have': (source) => {
    let tree = source.tree([['100644', 'x', source.blob('x')]])
    for (let depth = 0; depth < 100; depth += 1) tree = source.tree([['40000', 'd', tree]])
    return tree
  },
  'a billion files in ten trees': (source) => {
    let tree = source.tree([['100644', 'x', source.blob('x')]])
    for (let depth = 0; depth < 9; depth += 1)
      tree = source.tree(Array.from({ length: 10 }, (_, index) => ['40000', `d${index}`, tree] as const))
    return tree
  },
}

const world = (): GitWorld => {
  const one = new GitWorld()
  const tenants = [{ id: 'acme', repository: { url: `file://${one.source.directory}` } }]
  one.write('/var/lib/bitbuilder/tenants.json', JSON.stringify({ tenants }))
  // What is read from a server that checks nothing itself.
  one.source.git(['config', 'uploadpack.allowAnySHA1InWant', 'true'])
  return one
}

test.each(Object.keys(HOSTILE))('%s', (name) => {
  using one = world()
  const good = one.source.commit({ 'metadata.json': '{}' })
  expect(tenantProvision(one.host, ['acme'])).toBe(0)
  const before = one.list().filter((line) => !/^git\/|^provision\.json/.test(line))
  one.source.commitTree((HOSTILE[name] as Make)(one.source))
  expect(tenantProvision(one.host, ['acme'])).toBe(0)
  const state = readProvisionState(one.host, 'acme')
  expect(state).toMatchObject({ state: 'failed', commit: good })
  expect(state?.problems).not.toEqual([])
  expect(one.list().filter((line) => !/^git\/|^provision\.json/.test(line))).toEqual(before)
  expect(one.host.readDir('/etc')?.entries).toEqual([])
})

test('no file is more than executable', () => {
  using one = world()
  one.source.commitTree(one.source.tree([['104755', 'x', one.source.blob('x')]]))
  expect([tenantProvision(one.host, ['acme']), one.list('/config/')]).toEqual([0, ['x 755 x']])
})

test('attributes, filters, hooks and pointers of LFS change nothing of what is written', () => {
  using one = world()
  const files = {
    '.gitattributes':
      '* text eol=crlf ident filter=lfs export-subst working-tree-encoding=UTF-16\nsecret export-ignore\n',
    '.lfsconfig': '[lfs]\n\turl = http://127.0.0.1:9/\n',
    'hooks/post-checkout': '#!/bin/sh\ntouch /var/lib/tenants/ran\n',
    id: '$Id$ $Format:%H$\n',
    large: 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
    secret: 'here\n',
    'containers/web/rootfs/.gitattributes': '* export-ignore\n',
    'containers/web/rootfs/x': 'x\n',
  }
  one.source.commit(files)
  expect(tenantProvision(one.host, ['acme'])).toBe(0)
  expect(one.list('/config/')).toEqual([
    `.gitattributes 644 ${files['.gitattributes']}`,
    `.lfsconfig 644 ${files['.lfsconfig']}`,
    'containers/ 755',
    'containers/web/ 755',
    'hooks/ 755',
    `hooks/post-checkout 755 ${files['hooks/post-checkout']}`,
    `id 644 ${files.id}`,
    `large 644 ${files.large}`,
    'secret 644 here\n',
  ])
  const [tree] = one.host.readDir('/var/lib/tenants/acme/trees')?.entries ?? []
  expect(one.list(`/trees/${tree?.name}`)).toEqual(['.gitattributes 644 * export-ignore\n', 'x 644 x\n'])
})
