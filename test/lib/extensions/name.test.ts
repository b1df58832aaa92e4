import { expect, test } from 'vitest'
import { parseExtensionName, pickVersion, releaseNames } from '../../../lib/extensions/name.ts'

// Expected values: EXTREL-01; systemd-sysext(8), systemd.v(7).
test.each([
  ['tool', 'sysext', { name: 'tool', form: 'tree', versioned: false, suffix: '' }],
  ['tool.raw', 'sysext', { name: 'tool', form: 'image', versioned: false, suffix: '.raw' }],
  ['tool.sysext.raw', 'sysext', { name: 'tool', form: 'image', versioned: false, suffix: '.sysext.raw' }],
  ['tool.confext.raw', 'sysext', { name: 'tool.confext', form: 'image', versioned: false, suffix: '.raw' }],
  ['tool.confext', 'confext', { name: 'tool', form: 'tree', versioned: false, suffix: '.confext' }],
  ['tool.raw.v', 'sysext', { name: 'tool', form: 'image', versioned: true, suffix: '.raw' }],
  ['tool.sysext.raw.v', 'sysext', { name: 'tool', form: 'image', versioned: true, suffix: '.sysext.raw' }],
  ['tool.v', 'sysext', { name: 'tool', form: 'tree', versioned: true, suffix: '' }],
  ['a b:c,d%', 'sysext', { name: 'a b:c,d%', form: 'tree', versioned: false, suffix: '' }],
] as const)('%j as %s', (file, kind, expected) => {
  expect(parseExtensionName(file, kind)).toEqual(expected)
})

test.each([
  '',
  '.v',
  '.raw',
  '.sysext',
  '.#tmp',
  '.',
  '..',
  'a\nb',
  'a\0',
  'a/b',
  'a\ufffd',
  'a"b',
  'a\\',
  'a\\.raw',
  'a\\b',
  '\\',
  ' ',
  'a .raw',
])('nothing can be called %j', (file) => {
  expect(parseExtensionName(file, 'sysext')).toBe(undefined)
})

const pick = (name: string, files: readonly string[], dirs: readonly string[] = []): string | undefined => {
  const parsed = parseExtensionName(name, 'sysext')
  if (parsed === undefined) throw new Error(name)
  const entries = [
    ...files.map((file) => ({ name: file, kind: 'file' as const })),
    ...dirs.map((dir) => ({ name: dir, kind: 'directory' as const })),
  ]
  return pickVersion(entries, parsed, 'x86-64')?.name
}

// Expected values: systemd.v(7) and UAPI.11 "File Format Version Directories".
test.each([
  ['newest', 'a.raw.v', ['a_1.9.raw', 'a_1.10.raw'], 'a_1.10.raw'],
  ['a release candidate is older', 'a.raw.v', ['a_1~rc1.raw', 'a_1.raw'], 'a_1.raw'],
  ['others are not looked at', 'a.raw.v', ['b_9.raw', 'a_1.raw', 'a_9.txt', 'a-9.raw', 'a.raw', 'a_.raw'], 'a_1.raw'],
  ['this architecture', 'a.raw.v', ['a_1_x86-64.raw', 'a_2_arm64.raw'], 'a_1_x86-64.raw'],
  ['no architecture is every architecture', 'a.raw.v', ['a_1_x86-64.raw', 'a_2.raw'], 'a_2.raw'],
  ['tries are no part of the version', 'a.raw.v', ['a_1.raw', 'a_2+3-1.raw'], 'a_2+3-1.raw'],
  ['no tries left comes last', 'a.raw.v', ['a_1.raw', 'a_2+0-3.raw'], 'a_1.raw'],
  ['and is taken when it is all there is', 'a.raw.v', ['a_1+0.raw', 'a_2+0-3.raw'], 'a_2+0-3.raw'],
  ['a suffix is an end like any other', 'a.sysext.raw.v', ['a_3.raw', 'a_2.sysext.raw'], 'a_2.sysext.raw'],
  ['what is no architecture is thrown away', 'a.raw.v', ['a_1_2.raw', 'a_1_0.raw'], 'a_1_2.raw'],
  ['its other architecture', 'a.raw.v', ['a_1_x86.raw', 'a_1_arm64.raw', 'a_1.raw'], 'a_1_x86.raw'],
  ['its own one first', 'a.raw.v', ['a_1_x86.raw', 'a_1_x86-64.raw', 'a_1_zzz.raw'], 'a_1_x86-64.raw'],
  ['more tries left', 'a.raw.v', ['a_1+1-1.raw', 'a_1+2-1.raw'], 'a_1+2-1.raw'],
  ['fewer tries done', 'a.raw.v', ['a_1+2-2.raw', 'a_1+2-1.raw'], 'a_1+2-1.raw'],
  ['what is no version', 'a.raw.v', ['a_1 2.raw', 'a_1,2.raw', 'a_0.raw'], 'a_0.raw'],
  ['an image for a name that wants one', 'a.raw.v', [], undefined],
  ['class suffix', 'a.raw.v', ['a_3.sysext.raw', 'a_2.raw'], 'a_3.sysext.raw'],
  ['what cannot be mounted', 'a.raw.v', ['a_9"9.raw', 'a_9\n.raw', 'a_1.raw'], 'a_1.raw'],
])('picks: %s', (_why, name, files, expected) => {
  expect(pick(name, files)).toBe(expected)
})

test('trees are versions as well', () => {
  expect(pick('a.v', [], ['a_2', 'a_10'])).toBe('a_10')
  expect(pick('a.raw.v', [], ['a_2'])).toBe(undefined)
})

// Expected values: extension-release in os-release(5): the version and tries may be left out.
test.each([
  ['tool', ['tool']],
  ['tool.raw', ['tool']],
  ['tool.sysext.raw', ['tool']],
  ['tool_1.0', ['tool_1.0', 'tool']],
  ['tool_1.0_x86-64.raw', ['tool_1.0_x86-64', 'tool']],
  ['tool+3-1', ['tool+3-1', 'tool']],
  ['_x', ['_x']],
])('releaseNames(%j)', (file, expected) => {
  expect(releaseNames(file, 'sysext')).toEqual(expected)
})
