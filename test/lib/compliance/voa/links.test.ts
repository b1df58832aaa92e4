import { describe, expect, test } from 'vitest'
import { verifyPath } from '../../../../lib/compliance/verify.ts'
import { LOAD_PATHS } from '../../../../lib/compliance/voa/load-path.ts'
import { type MemoryNode, memoryHost } from '../../../../lib/host/memory.ts'

/**
 * Links in the four load paths against the specification's two sections on them, "Symlinking" and "Masking". What is on the left
 * leads to what is on top; the cells are the rules that find something, of VOA-21 to VOA-27.
 */

const NAME = `${'a'.repeat(40)}.openpgp`
const OTHER = `${'b'.repeat(40)}.openpgp`
const LEVELS = 'example/package/default/openpgp'
const INNER = 'example/image/default/openpgp'

type LoadPath = (typeof LOAD_PATHS)[number]

const UP = '../../../../../..'
/** From `openpgp` of a load path to the root of the tree. */
const toRoot = (loadPath: LoadPath): string =>
  `${UP}${loadPath === 'usr/local/share/voa' ? '/../..' : loadPath === 'usr/share/voa' ? '/..' : ''}`

const found = (nodes: Readonly<Record<string, MemoryNode>>, at: string): readonly string[] => {
  const host = memoryHost({ '/t/usr/lib/os-release': 'ID=example\n', '/t/dev/null': { kind: 'device' }, ...nodes })
  const { list } = verifyPath(host, '/t', { as: 'voa', mode: 'instance' })
  return list
    .filter(({ path, rule }) => path === at && /VOA-2[1-7]/.test(rule.id))
    .map(({ rule, severity }) => `${rule.id}${severity === 'warning' ? ' (W)' : ''}`)
}

/** The verifier NAME of a load path, as a link; `files` are there besides. */
const verifier = (loadPath: LoadPath, target: string, files: Readonly<Record<string, MemoryNode>> = {}): string => {
  const at = `${loadPath}/${INNER}/${NAME}`
  const nodes = Object.fromEntries(Object.entries(files).map(([path, node]) => [`/t/${path}`, node]))
  return found({ ...nodes, [`/t/${at}`]: { link: target } }, at).join(' ')
}

describe('a verifier that leads to one of the same name', () => {
  // Columns: /etc, /run, /usr/local/share, /usr/share.
  test.each<[LoadPath, readonly string[]]>([
    ['etc/voa', ['', '', '', '']],
    // Nothing in /run may be a link, wherever it leads.
    ['run/voa', ['VOA-22', 'VOA-22', 'VOA-22', 'VOA-22']],
    ['usr/local/share/voa', ['VOA-21', 'VOA-21', '', '']],
    ['usr/share/voa', ['VOA-21', 'VOA-21', 'VOA-21', '']],
  ])('from %s', (from, cells) => {
    expect(
      LOAD_PATHS.map((to) =>
        verifier(from, `${toRoot(from)}/${to}/${LEVELS}/${NAME}`, { [`${to}/${LEVELS}/${NAME}`]: 'x' }),
      ),
    ).toEqual(cells)
  })
})

interface Row {
  readonly to: string
  readonly files?: Readonly<Record<string, MemoryNode>>
}

const SAME = `../../../package/default/openpgp/${NAME}`

/** What else a verifier may be, by load path: /etc, /run, /usr/local/share, /usr/share. */
const ROWS: Readonly<Record<string, { readonly of: (loadPath: LoadPath) => Row; readonly cells: readonly string[] }>> =
  {
    'a link to nothing': {
      of: () => ({ to: SAME }),
      cells: ['VOA-23', 'VOA-22', 'VOA-23', 'VOA-23'],
    },
    'a link to itself': {
      of: () => ({ to: NAME }),
      cells: ['VOA-23', 'VOA-22', 'VOA-23', 'VOA-23'],
    },
    'a link to another that leads back': {
      of: (loadPath) => ({
        to: SAME,
        files: { [`${loadPath}/${LEVELS}/${NAME}`]: { link: `../../../image/default/openpgp/${NAME}` } },
      }),
      cells: ['VOA-23', 'VOA-22', 'VOA-23', 'VOA-23'],
    },
    'a link to a directory': {
      of: (loadPath) => ({ to: SAME, files: { [`${loadPath}/${LEVELS}/${NAME}/x`]: 'x' } }),
      cells: ['VOA-23', 'VOA-22', 'VOA-23', 'VOA-23'],
    },
    'a link to another name': {
      of: (loadPath) => ({
        to: `../../../package/default/openpgp/${OTHER}`,
        files: { [`${loadPath}/${LEVELS}/${OTHER}`]: 'x' },
      }),
      cells: ['VOA-24', 'VOA-22', 'VOA-24', 'VOA-24'],
    },
    'a link over another name': {
      of: (loadPath) => ({
        to: OTHER,
        files: {
          [`${loadPath}/${INNER}/${OTHER}`]: { link: SAME },
          [`${loadPath}/${LEVELS}/${NAME}`]: 'x',
        },
      }),
      cells: ['VOA-24', 'VOA-22', 'VOA-24', 'VOA-24'],
    },
    'a link out of all load paths': {
      of: (loadPath) => ({ to: `${toRoot(loadPath)}/opt/${NAME}`, files: { [`opt/${NAME}`]: 'x' } }),
      cells: ['VOA-21', 'VOA-22', 'VOA-21', 'VOA-21'],
    },
    'a link out of them and back': {
      of: (loadPath) => ({
        to: `${toRoot(loadPath)}/opt/keys/${NAME}`,
        files: { 'opt/keys': { link: `/${loadPath}/${LEVELS}` }, [`${loadPath}/${LEVELS}/${NAME}`]: 'x' },
      }),
      cells: ['VOA-21', 'VOA-22', 'VOA-21', 'VOA-21'],
    },
    'a link to a path that begins like a load path': {
      of: (loadPath) => ({
        to: `${toRoot(loadPath)}/${loadPath}2/${NAME}`,
        files: { [`${loadPath}2/${NAME}`]: 'x' },
      }),
      cells: ['VOA-21', 'VOA-22', 'VOA-21', 'VOA-21'],
    },
    'an absolute link': {
      of: (loadPath) => ({ to: `/${loadPath}/${LEVELS}/${NAME}`, files: { [`${loadPath}/${LEVELS}/${NAME}`]: 'x' } }),
      cells: ['VOA-25 (W)', 'VOA-22', 'VOA-25 (W)', 'VOA-25 (W)'],
    },
    'a link that climbs over the root': {
      of: (loadPath) => ({
        to: `${UP}/../../../../${loadPath}/${LEVELS}/${NAME}`,
        files: { [`${loadPath}/${LEVELS}/${NAME}`]: 'x' },
      }),
      cells: ['', 'VOA-22', '', ''],
    },
    'a mask': { of: () => ({ to: '/dev/null' }), cells: ['', '', 'VOA-26 (W)', 'VOA-26 (W)'] },
    'a mask of what is below': {
      of: () => ({
        to: '/dev/null',
        files: { [`usr/local/share/voa/${INNER}/${OTHER}`]: 'x', [`etc/voa/${INNER}/${OTHER}`]: 'x' },
      }),
      cells: ['', '', 'VOA-26 (W)', 'VOA-26 (W)'],
    },
    'a relative mask': {
      of: (loadPath) => ({ to: `${toRoot(loadPath)}/dev/null` }),
      cells: ['VOA-26', 'VOA-22', 'VOA-26', 'VOA-26'],
    },
    'a mask with a doubled slash': {
      of: () => ({ to: '//dev/null' }),
      cells: ['VOA-26', 'VOA-22', 'VOA-26', 'VOA-26'],
    },
    'a mask over another one': {
      of: (loadPath) => ({ to: SAME, files: { [`${loadPath}/${LEVELS}/${NAME}`]: { link: '/dev/null' } } }),
      cells: ['VOA-26', 'VOA-22', 'VOA-26', 'VOA-26'],
    },
  }

describe('a verifier that is', () => {
  test.each(Object.entries(ROWS))('%s', (_, { of, cells }) => {
    expect(
      LOAD_PATHS.map((loadPath) => {
        const { to, files } = of(loadPath)
        return verifier(loadPath, to, files)
      }),
    ).toEqual(cells)
  })
})

/** A directory of level 1 to 4, by what it leads to. */
describe('a directory that is', () => {
  const LEVEL_NAMES = ['example', 'image', 'default', 'openpgp'] as const

  const directory = (level: number, target: string, files: Readonly<Record<string, MemoryNode>> = {}): string => {
    const at = `etc/voa/${LEVEL_NAMES.slice(0, level).join('/')}`
    const nodes = Object.fromEntries(Object.entries(files).map(([path, node]) => [`/t/${path}`, node]))
    return found({ ...nodes, [`/t/${at}`]: { link: target } }, at).join(' ')
  }

  const LOWER = [1, 2, 3, 4].map((level) => `usr/share/voa/${LEVEL_NAMES.slice(0, level).join('/')}`)
  const up = (level: number): string => '../'.repeat(level + 1)
  const each = (of: (level: number, lower: string) => string): readonly string[] =>
    LOWER.map((lower, index) => of(index + 1, lower))

  test('masked', () => expect(each((level) => directory(level, '/dev/null'))).toEqual(Array(4).fill('VOA-27')))

  test('the same of a lower load path', () =>
    expect(each((level, lower) => directory(level, `${up(level)}${lower}`, { [`${lower}/x`]: 'x' }))).toEqual(
      Array(4).fill(''),
    ))

  test('a file there', () =>
    expect(each((level, lower) => directory(level, `${up(level)}${lower}`, { [lower]: 'x' }))).toEqual(
      Array(4).fill('VOA-23'),
    ))

  test('of another name', () =>
    expect(each((level, lower) => directory(level, `${up(level)}${lower}2`, { [`${lower}2/x`]: 'x' }))).toEqual(
      Array(4).fill('VOA-24 (W)'),
    ))

  test('outside', () =>
    expect(each((level) => directory(level, `${up(level)}opt/keys`, { 'opt/keys/x': 'x' }))).toEqual(
      Array(4).fill('VOA-21'),
    ))
})
