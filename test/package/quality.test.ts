import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { needTools } from '../../build/prerequisites.mjs'
import { output, PROJECT, theDeb, theRpm } from './packages.ts'

const scratch = mkdtempSync(join(tmpdir(), 'bitbuilder-package-'))

beforeAll(() => {
  chmodSync(scratch, 0o755)
  needTools('lintian', 'rpmlint', 'scdoc', 'dh', 'rpmbuild')
})
afterAll(() => rmSync(scratch, { recursive: true }))

test('lintian has no error, no warning and no override without use', () => {
  const { stdout, stderr } = spawnSync('lintian', ['--display-level', '>=info', theDeb()], { encoding: 'utf8' })
  expect(stderr.replace('running with root privileges is not recommended!\n', '')).toBe('')
  expect(stdout.split('\n').filter((line) => /^[EW]:|-override/.test(line))).toEqual([])
})

test('rpmlint has no error and no warning', () => {
  const config = join(PROJECT, 'packaging/rpm/bitbuilder.rpmlintrc')
  const { stdout, status } = spawnSync('rpmlint', ['-r', config, theRpm()], { encoding: 'utf8' })
  expect(stdout).toMatch(/^ *1 packages and 0 specfiles checked; 0 errors, 0 warnings/m)
  expect(status).toBe(0)
})

/** Path → what is there: mode, and a link's target or a file's digest. */
const tree = (top: string): ReadonlyMap<string, string> => {
  const entries = readdirSync(top, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink()) return [path.slice(top.length), readlinkSync(path)] as const
    const mode = (statSync(path).mode & 0o7777).toString(8)
    const digest = entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
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
  const digests = (): readonly string[] =>
    [theDeb(), theRpm()].map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'))
  const before = digests()
  // Without it the executable is packed anew as well.
  rmSync(join(PROJECT, 'dist/bitbuilder.stamp'))
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
