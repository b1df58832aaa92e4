import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arch } from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plantExample } from '../../build/example.mjs'
import { packNative } from '../../build/native.mjs'
import { needTools } from '../../build/prerequisites.mjs'
import { DIST, output, PROJECT, sha256 } from './packages.ts'

const EXECUTABLE = join(DIST, 'native/bitbuilder')

const scratch = mkdtempSync(join(tmpdir(), 'bitbuilder-native-'))

beforeAll(() => {
  chmodSync(scratch, 0o755)
  needTools('readelf', 'setpriv')
})
afterAll(() => rmSync(scratch, { recursive: true }))

test('the executable is at most 4 MB', () => {
  expect(statSync(EXECUTABLE).size).toBeLessThanOrEqual(4e6)
})

test('it needs no library and no loader', () => {
  expect(output('readelf', '--program-headers', '--dynamic', '--wide', EXECUTABLE)).not.toMatch(/INTERP|\(NEEDED\)/)
})

test('it is hardened: put anywhere, bound at its start, nothing both writable and executable', () => {
  const headers = output('readelf', '--program-headers', '--wide', EXECUTABLE)
  expect(output('readelf', '--file-header', EXECUTABLE)).toMatch(/Type: +DYN/)
  expect(headers).toMatch(/^ +GNU_RELRO /m)
  expect(headers).toMatch(/^ +GNU_STACK .* RW +0x/m)
  expect(headers).not.toMatch(/ (RWE|WE) /)
  expect(output('readelf', '--dynamic', '--wide', EXECUTABLE)).toMatch(/\(FLAGS_1\).* NOW PIE$/m)
})

test('it is stripped', () => {
  expect(output('readelf', '--section-headers', '--wide', EXECUTABLE)).not.toMatch(/\.symtab|\.debug/)
})

/** What a build is made from; the modules of npm come by a mount. */
const SOURCES = ['build', 'build.mjs', 'generators', 'lib', 'packaging', 'programs', 'LICENSE', 'package.json'] as const

const AS_NOBODY = `
  mount --bind "$1/node_modules" node_modules
  exec setpriv --reuid=65534 --regid=65534 --clear-groups node_modules/.bin/node build.mjs native
`

test('somebody who is not root makes the same of the same sources, elsewhere and from nothing', {
  timeout: 300_000,
}, () => {
  const copy = join(scratch, 'elsewhere')
  for (const name of SOURCES) cpSync(join(PROJECT, name), join(copy, name), { recursive: true })
  mkdirSync(join(copy, 'node_modules'))
  output('chown', '-R', '65534:65534', copy)
  const apart = ['--mount', '--propagation', 'private', 'sh', '-euc', AS_NOBODY, 'sh', PROJECT]
  const { status, stderr } = spawnSync('unshare', apart, { cwd: copy, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(sha256(join(copy, 'dist/native/bitbuilder'))).toBe(sha256(EXECUTABLE))
  expect(sha256(join(copy, 'dist/native/LICENSES'))).toBe(sha256(join(DIST, 'native/LICENSES')))
})

/** The other architecture, and what runs its executables here. */
const OTHER =
  arch === 'x64'
    ? ({ architecture: 'arm64', machine: 'AArch64', emulator: 'qemu-aarch64-static' } as const)
    : ({ architecture: 'x64', machine: 'X86-64', emulator: 'qemu-x86_64-static' } as const)

/** What a generator writes for the shipped example, as one text. */
const unitsOf = (command: readonly string[]): string => {
  const units = mkdtempSync(join(scratch, 'units-'))
  const [file = '', ...args] = command
  const env = { PATH: process.env.PATH ?? '', BITBUILDER_ROOT: join(scratch, 'root') }
  const { status, stderr } = spawnSync(file, [...args, units], { env, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return output(
    'sh',
    '-c',
    'cd "$1" && find . -type l -printf "%p -> %l\\n" -o -type f -print -exec cat {} +',
    'sh',
    units,
  )
}

test(`the one for ${OTHER.architecture} does the same`, { timeout: 300_000 }, async () => {
  needTools(OTHER.emulator)
  const foreign = join(scratch, OTHER.architecture)
  await packNative({ entry: 'programs/bitbuilder.ts', destination: foreign, architecture: OTHER.architecture })
  expect(output('readelf', '--file-header', foreign)).toMatch(new RegExp(`Machine: .*${OTHER.machine}$`, 'm'))
  plantExample(join(scratch, 'root'))
  for (const name of ['tenant-generator', 'mount-generator']) {
    const units = unitsOf([join(DIST, 'native/bin', name)])
    expect(units).toContain('acme')
    expect(unitsOf([OTHER.emulator, '-0', name, foreign])).toBe(units)
  }
  for (const args of [['schema', 'tenant'], ['--help'], ['--version']]) {
    expect(output(OTHER.emulator, foreign, ...args)).toBe(output(EXECUTABLE, ...args))
  }
})
