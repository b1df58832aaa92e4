import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { needTools } from '../../build/prerequisites.mjs'
import { lintPackages } from './lint.ts'
import { DIST, output, sha256, theDeb, theRpm } from './packages.ts'

const scratch = mkdtempSync(join(tmpdir(), 'bitbuilder-package-'))

beforeAll(() => {
  chmodSync(scratch, 0o755)
  needTools('lintian', 'rpmlint', 'scdoc', 'dh', 'rpmbuild')
})
afterAll(() => rmSync(scratch, { recursive: true }))

lintPackages(DIST, 'bitbuilder.rpmlintrc', { isStatic: true })

/** Path → what is there: mode, and a link's target or a file's digest. */
const tree = (top: string): ReadonlyMap<string, string> => {
  const entries = readdirSync(top, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink()) return [path.slice(top.length), readlinkSync(path)] as const
    const mode = (statSync(path).mode & 0o7777).toString(8)
    const digest = entry.isFile() ? sha256(path) : ''
    return [path.slice(top.length), `${mode} ${digest}`] as const
  })
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

test('install twice, under another umask and over itself, gives the same tree', () => {
  const [first, second] = [join(scratch, 'first'), join(scratch, 'second')]
  output('sh', '-c', 'umask 022; exec node build.mjs install "$1"', 'sh', first)
  const once = tree(first)
  expect(once.size).toBeGreaterThan(60)
  output('sh', '-c', 'umask 022; exec node build.mjs install "$1"', 'sh', first)
  expect(tree(first)).toEqual(once)
  output('sh', '-c', 'umask 077; exec node build.mjs install "$1"', 'sh', second)
  expect(tree(second)).toEqual(once)
})

test('building again gives the same bytes', () => {
  const digests = (): readonly string[] => [theDeb(), theRpm()].map(sha256)
  const before = digests()
  output('node', 'build.mjs', 'package')
  expect(digests()).toEqual(before)
})

test('the scripts of the packages are sound shell', () => {
  for (const script of ['postinst', 'prerm', 'postrm']) {
    const text = output('dpkg-deb', '-I', theDeb(), script)
    expect(text).toMatch(/^#!\/bin\/sh\nset -e\n/)
    expect(spawnSync('sh', ['-n'], { input: text }).status).toBe(0)
    expect(text).not.toContain('#DEBHELPER#')
  }
})
