import { expect, test } from 'vitest'
import { verifyPath } from '../../../../lib/compliance/verify.ts'
import { type MemoryNode, memoryHost } from '../../../../lib/host/memory.ts'

// What nobody makes but to keep the checker busy.

const DIRECTORY = '/t/etc/voa/example/package/default/openpgp'

const verify = (nodes: Readonly<Record<string, MemoryNode>>) =>
  verifyPath(memoryHost({ '/t/usr/lib/os-release': 'ID=example\n', ...nodes }), '/t', { as: 'voa', mode: 'instance' })

const messagesOf = (nodes: Readonly<Record<string, MemoryNode>>): readonly string[] =>
  verify(nodes)
    .list.filter(({ rule }) => rule.id === 'VOA-12')
    .map(({ path, message }) => `${path.slice(path.lastIndexOf('/') + 1)}: ${message}`)

const numbered = (
  count: number,
  of: (name: string) => readonly [string, MemoryNode],
): Readonly<Record<string, MemoryNode>> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => of(`${at}`.padStart(40, '0'))))

test('more bytes than all keyrings together are not read', () => {
  const zeroes = new Uint8Array(1 << 20)
  const found = messagesOf(numbered(35, (name) => [`${DIRECTORY}/${name}.openpgp`, zeroes]))
  expect(found).toEqual([
    `${'32'.padStart(40, '0')}.openpgp: is beyond 32 MiB of verifiers, not looking into more of them`,
  ])
})

test('nor more files', () => {
  const { list, dropped } = verify(numbered(20_100, (name) => [`${DIRECTORY}/${name}.fifo`, { kind: 'fifo' }]))
  const isAbout = list.filter(({ rule }) => rule.id === 'VOA-12').length + (dropped.get('VOA-12') ?? 0)
  // Four directories count as well; the last finding says that there are more.
  expect(isAbout).toBe(20_000 - 4)
})

test('a link that leads to its own load path is not followed into', () => {
  expect(messagesOf({ '/t/etc/voa/example/package/default/openpgp': { link: '../../..' } })).toEqual([])
})
