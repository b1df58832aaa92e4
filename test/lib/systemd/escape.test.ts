import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapePath, escapeUnitName, utf8 } from '../../../lib/systemd/escape.ts'

/** The real one, a hundred at a time: it prints its answers on one line, and none holds a space. */
const systemdEscape = (texts: readonly string[], ...options: readonly string[]): readonly string[] => {
  const { status, stdout, stderr } = spawnSync('systemd-escape', [...options, '--', ...texts], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`systemd-escape: ${stderr}`)
  return stdout.trimEnd().split(' ')
}

// Expected values: systemd-escape(1) of systemd 252.
test.each([
  ['web', 'web'],
  ['web-1', String.raw`web\x2d1`],
  ['a/b', 'a-b'],
  ['.hidden', String.raw`\x2ehidden`],
  ['a.b', 'a.b'],
  ['a:b_c', 'a:b_c'],
  ['a b', String.raw`a\x20b`],
  ['a@b', String.raw`a\x40b`],
  ['a\\b', String.raw`a\x5cb`],
  ['100%', String.raw`100\x25`],
  ['żółw', String.raw`\xc5\xbc\xc3\xb3\xc5\x82w`],
  ['\n', String.raw`\x0a`],
])('escapeUnitName(%j) is %j', (text, expected) => {
  expect(escapeUnitName(text)).toBe(expected)
})

// Expected values: systemd-escape --path.
test.each([
  ['/', '-'],
  ['/var/lib/tenants', 'var-lib-tenants'],
  ['/var//lib/', 'var-lib'],
  ['/var/lib/a-b/sysext', String.raw`var-lib-a\x2db-sysext`],
  ['/.a', String.raw`\x2ea`],
  ['/a/.b', 'a-.b'],
])('escapePath(%j) is %j', (path, expected) => {
  expect(escapePath(path)).toBe(expected)
  expect(systemdEscape([path], '--path')).toEqual([expected])
})

// Expected values: The Unicode Standard, table 3-6; a lone surrogate as in WHATWG's encoder.
test.each([
  ['$', [0x24]],
  ['¢', [0xc2, 0xa2]],
  ['€', [0xe2, 0x82, 0xac]],
  ['𐍈', [0xf0, 0x90, 0x8d, 0x88]],
  ['\ud800', [0xef, 0xbf, 0xbd]],
])('utf8(%j)', (text, bytes) => {
  expect(utf8(text)).toEqual(bytes)
})

describe('as systemd-escape has it', () => {
  const noNul = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).map((text) => text.replaceAll('\0', '-'))
  const ascii = fc
    .string({ unit: 'binary-ascii', minLength: 1, maxLength: 30 })
    .map((text) => text.replaceAll('\0', '-'))

  test('for 600 random texts', () => {
    for (const texts of fc.sample(fc.array(fc.oneof(noNul, ascii), { minLength: 100, maxLength: 100 }), 6))
      expect(texts.map(escapeUnitName)).toEqual(systemdEscape(texts))
  })

  test('for 300 random paths', () => {
    const name = ascii.map((text) => `x${text.replaceAll('/', '-')}`)
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`)
    for (const paths of fc.sample(fc.array(path, { minLength: 100, maxLength: 100 }), 3))
      expect(paths.map(escapePath)).toEqual(systemdEscape(paths, '--path'))
  })
})
