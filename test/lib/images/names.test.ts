import { expect, test } from 'vitest'
import { HostError } from '../../../lib/host/host.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { destinationOf } from '../../../lib/images/destination.ts'
import { formatImageName, parseImageName } from '../../../lib/images/name.ts'
import { readSource } from '../../../lib/images/source.ts'

const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof HostError) return thrown.message
    throw thrown
  }
  return ''
}

const tries = (left: number, done: number) => ({ left, done })

test.each([
  ['tools', { name: 'tools' }],
  ['tools_1.2', { name: 'tools', version: '1.2' }],
  ['tools_1.2~rc1^a-3', { name: 'tools', version: '1.2~rc1^a-3' }],
  ['tools_1.2_x86-64', { name: 'tools', version: '1.2', architecture: 'x86-64' }],
  ['tools_1+3', { name: 'tools', version: '1', tries: tries(3, 0) }],
  ['tools_1_arm64+0-2', { name: 'tools', version: '1', architecture: 'arm64', tries: tries(0, 2) }],
])('%s is understood, and written the same', (stem, expected) => {
  const found = parseImageName(stem)
  expect(found).toEqual({ version: undefined, architecture: undefined, tries: undefined, ...expected })
  expect(found === undefined ? '' : formatImageName(found)).toBe(stem)
})

test.each(['', 'tools_', '_1', 'tools_1_2_3', 'tools_1+', 'tools+1', 'tools_1+x', 'tools_ä', 'tools_1.2_X86'])(
  '%j is no name of an image',
  (stem) => {
    expect(parseImageName(stem)).toBeUndefined()
  },
)

const RELEASE = 'usr/lib/extension-release.d/extension-release'
const ETC = 'etc/extension-release.d/extension-release'

test('a tree says what it is', () => {
  const host = memoryHost({
    [`/a/${RELEASE}.tools`]: 'ID=debian\nVERSION_ID=13\nARCHITECTURE=_any\n',
    [`/b.confext/${ETC}.b`]: 'ID=_any\nARCHITECTURE=arm64\nCONFEXT_VERSION_ID=7\n',
    [`/b.confext/${ETC}.other`]: 'ID=_any\n',
  })
  const none = { version: undefined, architecture: undefined }
  expect(readSource(host, '/a', undefined)).toEqual({ dir: '/a', kind: 'sysext', name: 'tools', ...none })
  expect(readSource(host, '/b.confext', undefined)).toEqual({
    dir: '/b.confext',
    kind: 'confext',
    name: 'b',
    version: '7',
    architecture: 'arm64',
  })
})

test.each([
  [{}, undefined, '/t: is no extension: it has neither'],
  [{ [`/t/${RELEASE}.a`]: 'ID=a\n', [`/t/${ETC}.a`]: 'ID=a\n' }, undefined, '/t: is both sysext and confext'],
  [{ [`/t/${RELEASE}.a`]: 'ID=a\n' }, 'confext', '/t/etc/extension-release.d: has no extension-release.NAME'],
  [{ [`/t/${RELEASE}.a`]: 'ID=a\n', [`/t/${RELEASE}.b`]: 'ID=a\n' }, undefined, 'has several, and none is'],
  [{ [`/t/${RELEASE}.a_b`]: 'ID=a\n' }, undefined, 'has a name that no image can have'],
  [{ [`/t/${RELEASE}.a`]: 'ID="a\n' }, undefined, `/t/${RELEASE}.a:1: value of ID has an unbalanced quote`],
  [{ [`/t/${RELEASE}.a`]: 'SYSEXT_VERSION_ID=1_2\n' }, undefined, "'1_2' can be no version"],
  [{ [`/t/${RELEASE}.a`]: 'ARCHITECTURE=amd64\n' }, undefined, 'ARCHITECTURE=amd64 is no architecture'],
  [{ [`/t/${RELEASE}.a`]: { link: '/etc/os-release' } }, undefined, 'is a link that leads out of /t'],
  [{ [`/t/${RELEASE}.a`]: { link: 'b' } }, undefined, 'is a link that leads nowhere'],
] as const)('%j is refused', (files, kind, message) => {
  expect(refusal(() => readSource(memoryHost({ '/t': { kind: 'directory' }, ...files }), '/t', kind))).toContain(
    message,
  )
})

const SOURCE = { dir: '/t', kind: 'sysext', name: 'tools', version: '1.2', architecture: 'x86-64' } as const
const host = memoryHost({ '/out/x': '', '/there.v/x': '', '/link': { link: 'out' } })
const at = (out: string, more: object = {}, version?: string) => {
  const { directory, file } = destinationOf(host, out, { ...SOURCE, ...more }, version)
  return `${directory} ${file}`
}

test.each([
  ['/out', '/out tools_1.2_x86-64.sysext.raw'],
  ['/out/', '/out tools_1.2_x86-64.sysext.raw'],
  ['/link', '/link tools_1.2_x86-64.sysext.raw'],
  ['/new/', '/new tools_1.2_x86-64.sysext.raw'],
  ['/', '/ tools_1.2_x86-64.sysext.raw'],
  ['/x/tools.raw.v', '/x/tools.raw.v tools_1.2_x86-64.raw'],
  ['/x/tools.sysext.raw.v/', '/x/tools.sysext.raw.v tools_1.2_x86-64.sysext.raw'],
  ['/x/tools.raw', '/x tools.raw'],
  ['tools.sysext.raw', '. tools.sysext.raw'],
  ['/x/tools_1.2.raw', '/x tools_1.2.raw'],
])('to %s it becomes %s', (out, expected) => {
  expect(at(out)).toBe(expected)
})

test('what is asked for stands above what the tree says, and what is not said is left out', () => {
  expect(at('/out', {}, '2~rc1')).toBe('/out tools_2~rc1_x86-64.sysext.raw')
  expect(at('/out', { version: undefined })).toBe('/out tools.sysext.raw')
  expect(at('/out', { architecture: undefined })).toBe('/out tools_1.2.sysext.raw')
  expect(at('/out', { kind: 'confext' })).toBe('/out tools_1.2_x86-64.confext.raw')
})

test.each([
  ['/x/other.raw', {}, undefined, 'is not called tools or tools_VERSION'],
  ['/x/tools.img', {}, undefined, "is not called '….raw'"],
  ['/x/tools.confext.raw', {}, undefined, 'is called a confext and the tree is a sysext, FMT-04'],
  ['/x/tools_1_2.raw', {}, undefined, 'is no NAME_VERSION'],
  ['/x/tools_9.raw', {}, undefined, 'says version 9, it is to be 1.2'],
  ['/x/other.raw.v', {}, undefined, "is for versions of 'other', this is 'tools'"],
  ['/x/tools.raw.v', { version: undefined }, undefined, 'takes versions only'],
  ['/x/tools.v', {}, undefined, 'is for trees, images go to tools.sysext.raw.v'],
  ['/out', {}, '1_2', 'is no version'],
])('%s is refused', (out, more, version, message) => {
  expect(refusal(() => at(out, more, version))).toContain(message)
})
