import { expect, test } from 'vitest'
import type { Finished, Host } from '../../../lib/host/host.ts'
import { type MemoryHost, type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { findPlace } from '../../../lib/machine/place.ts'
import { convergeTree } from '../../../lib/machine/tree.ts'

const TENANT = '/var/lib/tenants/acme'
const [OLD, NEW] = ['1'.repeat(40), '2'.repeat(40)]

const WORLD: Readonly<Record<string, MemoryNode>> = {
  [`${TENANT}/trees/${NEW}/usr/version`]: 'new',
  [`${TENANT}/trees/${NEW}/var/lib/fresh`]: 'fresh',
  [`${TENANT}/containers/web/usr/version`]: 'old',
  [`${TENANT}/containers/web/var/lib/data`]: 'data',
  [`${TENANT}/containers/.web.origin`]: '',
  [`${TENANT}/containers/.web.tree`]: `${OLD}\n`,
}

const PLACE = findPlace('acme', 'container', 'web', {
  hasRootfs: false,
  machines: [{ kind: 'container', name: 'web', path: `${TENANT}/containers/web`, form: 'directory' }],
})

const DONE: Finished = { status: 0, stdout: '', stderr: '' }

class Killed extends Error {}

/** A host on which cp(1) copies, and of whose changes only the first `most` happen. */
const hostWith = (files: Readonly<Record<string, MemoryNode>>, most = Number.POSITIVE_INFINITY) => {
  let changes = 0
  const change = (): void => {
    changes += 1
    if (changes > most) throw new Killed()
  }
  const host: MemoryHost = memoryHost(files, {
    run: ([, , , , , from = '', to = '']) => {
      for (const [path, text] of host.tree(from)) {
        change()
        host.makeDir(`${to}/${path}`.replace(/\/[^/]*$/, ''))
        host.createFile(`${to}/${path}`, text)
      }
      return DONE
    },
  })
  const counted: Host = {
    ...host,
    rename: (from, to) => {
      change()
      host.rename(from, to)
    },
    remove: (path) => {
      change()
      host.remove(path)
    },
    replaceFile: (path, text, mode) => {
      change()
      host.replaceFile(path, text, mode)
    },
  }
  return { host, counted, count: () => changes }
}

const AFTER = [
  ['.web.origin', ''],
  ['.web.previous/usr/version', 'old'],
  ['.web.tree', `${NEW}\n`],
  ['web/usr/version', 'new'],
  ['web/var/lib/data', 'data'],
]

const filesOf = (host: MemoryHost): Readonly<Record<string, MemoryNode>> =>
  Object.fromEntries(host.tree(TENANT).map(([path, text]): [string, MemoryNode] => [`${TENANT}/${path}`, text]))

test('another tree takes the place of the old one, which stays beside it without its /var', () => {
  const { host, counted } = hostWith(WORLD)
  convergeTree(counted, PLACE, NEW)
  expect(host.tree(`${TENANT}/containers`)).toEqual(AFTER)
  expect(host.tree(`${TENANT}/trees/${NEW}`)).toHaveLength(2)
})

test('killed at any point and run again, it ends the same', () => {
  const whole = hostWith(WORLD)
  convergeTree(whole.counted, PLACE, NEW)
  const steps = whole.count()
  expect(steps).toBeGreaterThan(7)
  for (let most = 0; most < steps; most += 1) {
    const first = hostWith(WORLD, most)
    expect(() => convergeTree(first.counted, PLACE, NEW)).toThrow(Killed)
    const second = hostWith(filesOf(first.host))
    convergeTree(second.counted, PLACE, NEW)
    expect([most, second.host.tree(`${TENANT}/containers`)]).toEqual([most, AFTER])
  }
})

test('killed twice, with another tree wanted in between, no data is lost', () => {
  const third = '3'.repeat(40)
  const files = { ...WORLD, [`${TENANT}/trees/${third}/usr/version`]: 'third' }
  for (let most = 0; most < 9; most += 1) {
    const first = hostWith(files, most)
    expect(() => convergeTree(first.counted, PLACE, NEW)).toThrow(Killed)
    const second = hostWith(filesOf(first.host))
    convergeTree(second.counted, PLACE, third)
    expect(second.host.tree(`${TENANT}/containers/web`)).toEqual([
      ['usr/version', 'third'],
      ['var/lib/data', 'data'],
    ])
  }
})

test('the same tree again changes nothing', () => {
  const { counted, count } = hostWith({ ...WORLD, [`${TENANT}/containers/.web.tree`]: `${NEW}\n` })
  convergeTree(counted, PLACE, NEW)
  expect(count()).toBe(0)
})

test("an administrator's machine is left alone", () => {
  const { [`${TENANT}/containers/.web.origin`]: _, ...own } = WORLD
  const { counted, count } = hostWith(own)
  convergeTree(counted, PLACE, NEW)
  convergeTree(counted, PLACE, undefined)
  expect(count()).toBe(0)
})

test.each([
  [{ [`${TENANT}/containers/web`]: { link: '/etc' } }, 'is a link, expected a directory'],
  [{ [`${TENANT}/trees/${NEW}`]: { link: '/etc' } }, 'is not there'],
])('%j is refused', (files, words) => {
  const rest = Object.entries(WORLD).filter(([path]) => !Object.keys(files).some((one) => path.startsWith(`${one}/`)))
  const { counted } = hostWith({ ...Object.fromEntries(rest), ...files })
  expect(() => convergeTree(counted, PLACE, NEW)).toThrow(words)
})

test('a /var of the old tree that is a link is not carried over', () => {
  const { [`${TENANT}/containers/web/var/lib/data`]: _, ...rest } = WORLD
  const { host, counted } = hostWith({ ...rest, [`${TENANT}/containers/web/var`]: { link: '/etc' } })
  convergeTree(counted, PLACE, NEW)
  expect(host.tree(`${TENANT}/containers/web`)).toEqual([
    ['usr/version', 'new'],
    ['var/lib/fresh', 'fresh'],
  ])
})
