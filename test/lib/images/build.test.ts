import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bitbuilder } from '../../../lib/cli/cli.ts'
import { readImage } from '../../../lib/extensions/image.ts'
import type { Host } from '../../../lib/host/host.ts'
import { HostError } from '../../../lib/host/host.ts'
import { nodeHost } from '../../../lib/host/node.ts'
import { SITE, TOOLS, type TreeOptions, writeTree } from '../../support/image-world.ts'
import { makeFifo, must, temporaryDir } from '../../support/materialise.ts'

beforeAll(async () => {
  const { needTools } = await import(new URL('../../../build/prerequisites.mjs', import.meta.url).href)
  needTools('mksquashfs', 'mkfs.erofs', 'setfattr')
}, 300_000)

interface Image {
  readonly file: string
  readonly sha256: string
  readonly size: number
}

/** What a call of `image build` comes to. */
const build = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const said: string[] = []
  const host: Host = {
    ...nodeHost(''),
    print: (text) => said.push(text),
    log: (_, line) => said.push(line),
    env: (name) => env[name],
    isTerminal: () => false,
  }
  const status = bitbuilder(host, ['image', 'build', ...args, '--json'])
  const { image, problems } = JSON.parse(said.join(''))
  return { status, image: image as Image, problems: problems as readonly { at: { file: string }; message: string }[] }
}

const refusalOf = (...args: readonly string[]): string => {
  try {
    build(args)
  } catch (thrown) {
    if (thrown instanceof HostError) return thrown.message
    throw thrown
  }
  return ''
}

const DIFFERENT: readonly TreeOptions[] = [
  { time: 1_700_000_000 },
  { time: 1_600_000_000, mask: 0o077, reversed: true },
  { mask: 0o002 },
]

describe.each(['squashfs', 'erofs'])('%s', (format) => {
  test('the same tree is the same image, whatever else was different', () => {
    using dir = temporaryDir()
    const digests = DIFFERENT.map((options, number) => {
      const tree = writeTree(`${dir.path}/at ${number}/tree`, TOOLS, options)
      mkdirSync(`${dir.path}/out${number}`)
      if (number > 0) must('chown', '-R', '--no-dereference', '1234:4321', tree)
      must('setfattr', '-n', 'user.note', '-v', String(number), `${tree}/usr/bin/hello`)
      const before = process.umask(number === 1 ? 0o077 : 0o022)
      try {
        return build([tree, `${dir.path}/out${number}`, `--format=${format}`]).image.sha256
      } finally {
        process.umask(before)
      }
    })
    expect(new Set(digests).size).toBe(1)
    const file = `${dir.path}/out1/tools_1.2_x86-64.sysext.raw`
    expect(readImage(nodeHost(''), file)).toEqual({ image: { type: format } })
    expect(statSync(file).size % 4096).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o644)
    expect(readdirSync(`${dir.path}/out1`)).toEqual(['tools_1.2_x86-64.sysext.raw'])
  })

  test('another file, another version in the tree, or another time is another image', () => {
    using dir = temporaryDir()
    const out = `${dir.path}/tools.raw`
    const tree = writeTree(`${dir.path}/a`, TOOLS)
    const other = writeTree(`${dir.path}/b`, { ...TOOLS, 'usr/bin/hello': '#!/bin/sh\necho hullo\n' })
    const runs = [
      build([tree, out, `--format=${format}`]),
      build([tree, out, `--format=${format}`], { SOURCE_DATE_EPOCH: '86400' }),
      build([other, out, `--format=${format}`]),
    ]
    expect(new Set(runs.map(({ image }) => image.sha256)).size).toBe(3)
  })
})

test('in a squashfs all belongs to root, has the same time and nothing that only its owner may read', () => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/a`, TOOLS, { mask: 0o077 })
  must('chown', '-R', '--no-dereference', '1234:4321', tree)
  const { image } = build([tree, dir.path, '--format=squashfs'], { SOURCE_DATE_EPOCH: '86400' })
  must('sh', '-c', `unsquashfs -lln "$1" >"$2"`, 'sh', image.file, `${dir.path}/list`)
  const lines = readFileSync(`${dir.path}/list`, 'utf8').trim().split('\n')
  expect(lines.length).toBe(12)
  for (const line of lines) expect(line).toMatch(/^(?:drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|lrwxrwxrwx) 0\/0 .* 1970-01-02 /)
})

test('a file of a confext that is for root alone stays so', () => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/a`, SITE)
  writeFileSync(`${tree}/etc/key`, 'secret\n', { mode: 0o600 })
  const { image } = build([tree, dir.path, '--format=squashfs'])
  expect(image.file).toBe(`${dir.path}/site_3.confext.raw`)
  must('sh', '-c', `unsquashfs -lln "$1" | grep -q -- '^-rw------- 0/0 .*/etc/key$'`, 'sh', image.file)
})

test('an image that is there stays until the new one is whole', () => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/a`, TOOLS)
  const out = `${dir.path}/tools.raw`
  writeFileSync(out, 'old')
  mkdirSync(`${dir.path}/bin`)
  writeFileSync(`${dir.path}/bin/mksquashfs`, '#!/bin/sh\n[ "$1" = -version ] || { echo broken >&2; exit 1; }\n', {
    mode: 0o755,
  })
  const path = process.env.PATH
  process.env.PATH = `${dir.path}/bin:${path}`
  try {
    expect(refusalOf(tree, out, '--format=squashfs')).toBe('squashfs: failed with status 1: broken')
  } finally {
    process.env.PATH = path
  }
  expect(readFileSync(out, 'utf8')).toBe('old')
  expect(readdirSync(dir.path).sort()).toEqual(['a', 'bin', 'tools.raw'])
})

test.each([
  ['a FIFO', (tree: string) => makeFifo(`${tree}/usr/fifo`), 'usr/fifo', 'is a fifo, which no image may have'],
  [
    'a device',
    (tree: string) => must('mknod', `${tree}/usr/null`, 'c', '1', '3'),
    'usr/null',
    'is a device, which no image may have',
  ],
  [
    'a huge file of holes',
    (tree: string) => {
      writeFileSync(`${tree}/usr/huge`, '')
      truncateSync(`${tree}/usr/huge`, 2 ** 42)
    },
    'usr/huge',
    'makes the tree larger than 64 GiB, holes included',
  ],
])('%s is a finding and no image', (_, spoil, path, message) => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/a`, TOOLS)
  spoil(tree)
  const { status, image, problems } = build([tree, `${dir.path}/tools.raw`])
  expect([status, image]).toEqual([1, null])
  expect(problems).toContainEqual(
    expect.objectContaining({ at: expect.objectContaining({ file: join(tree, path) }), message }),
  )
  expect(readdirSync(dir.path)).toEqual(['a'])
})

test('strange names are taken as they are, and what is beside the contents of a tree is not', () => {
  using dir = temporaryDir()
  const beside = { '.git/HEAD': 'x', 'README.md': 'x', 'metadata.json': '{}' }
  const tree = writeTree(`${dir.path}/a`, { ...TOOLS, ...beside, 'usr/share/ä ö -x': 'y' })
  const { image } = build([tree, dir.path, '--format=squashfs'])
  must('unsquashfs', '-quiet', '-no-progress', '-dest', `${dir.path}/x`, image.file)
  expect(readFileSync(`${dir.path}/x/usr/share/ä ö -x`, 'utf8')).toBe('y')
  expect(readdirSync(`${dir.path}/x`)).toEqual(['usr'])
})

test.each([
  [{ 'etc/x': 'y' }, 'etc', 'is never merged, only usr/ and opt/ are [SYSEXT-01]'],
  [{ 'usr/share/out': '-> ../../../../etc' }, 'usr/share/out', expect.stringMatching(/\[SYSEXT-12\]$/)],
  [{ 'usr/lib/os-release': 'ID=x\n' }, 'usr/lib/os-release', expect.stringMatching(/\[SYSEXT-04\]$/)],
])('%j is refused by its rule, and nothing is left', (files, path, message) => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/a`, { ...TOOLS, ...files })
  const { status, image, problems } = build([tree, `${dir.path}/tools.raw`])
  expect([status, image]).toEqual([1, null])
  expect(problems).toContainEqual(
    expect.objectContaining({ severity: 'error', at: { file: join(tree, path), line: 0, column: 0 }, message }),
  )
  expect(readdirSync(dir.path)).toEqual(['a'])
})

test.each(['', '/usr', '/usr/..', '/link'])('an image is not made in DIR%s, of which it is made', (below) => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/a`, { ...TOOLS, link: '-> usr' })
  expect(refusalOf(tree, `${tree}${below}/`)).toContain(`is in ${tree}, of which the image is made`)
  expect(readdirSync(tree).sort()).toEqual(['link', 'usr'])
})

test('a template that is not filled in is no extension, its instance is one', () => {
  using dir = temporaryDir()
  const template = { name: 'tools.sysext', version: '1.0', type: 'sysext' }
  const metadata = { template, rendered: ['usr/bin/hello'] }
  const tree = (more: object) => ({ ...TOOLS, 'metadata.json': JSON.stringify({ ...metadata, ...more }) })
  const one = writeTree(`${dir.path}/a`, tree({}))
  expect(refusalOf(one, dir.path)).toContain('is a template that is not filled in: bitbuilder template instantiate')
  const other = writeTree(
    `${dir.path}/b`,
    tree({ instance: { template: 'tools.sysext', version: '1.0', parameters: {} } }),
  )
  expect(build([other, dir.path]).status).toBe(0)
})

test('it may be checked against what it is going to lie on', () => {
  using dir = temporaryDir()
  const release = { 'usr/lib/extension-release.d/extension-release.tools': 'ID=debian\nVERSION_ID=13\n' }
  const tree = writeTree(`${dir.path}/a`, { ...TOOLS, ...release })
  const base = (version: string): string =>
    writeTree(`${dir.path}/${version}`, { 'etc/os-release': `ID=debian\nVERSION_ID=${version}\n` })
  expect(build([tree, `${dir.path}/tools.raw`, `--base=${base('12')}`])).toMatchObject({
    status: 1,
    problems: [{ message: expect.stringMatching(/\[EXTREL-08\]$/) }],
  })
  expect(build([tree, `${dir.path}/tools.raw`, `--base=${base('13')}`]).status).toBe(0)
})

test('a warning is told, and there is an image', () => {
  using dir = temporaryDir()
  const tree = writeTree(`${dir.path}/a`, TOOLS)
  must('chmod', '4755', `${tree}/usr/bin/hello`)
  const { status, problems, image } = build([tree, dir.path])
  expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/^is setuid, .* \[SYSEXT-13\]$/)])
  expect([status, image.size > 0]).toEqual([0, true])
})
