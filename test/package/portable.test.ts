import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { needTools } from '../../build/prerequisites.mjs'
import { describePackages } from './contents.ts'
import { lintPackages } from './lint.ts'
import { DIST, PROJECT, sha256 } from './packages.ts'

const PACKAGES = join(DIST, 'portable')

const scratch = mkdtempSync(join(tmpdir(), 'bitbuilder-portable-'))

/** A build on a machine where the sources of the small engine cannot be had. */
const build = (...args: readonly string[]) =>
  spawnSync(execPath, ['build.mjs', ...args], {
    cwd: PROJECT,
    env: { ...process.env, BITBUILDER_ENGINE_SOURCE: '/nowhere' },
    encoding: 'utf8',
  })

beforeAll(() => needTools('lintian', 'rpmlint', 'dpkg-deb', 'rpm', 'scdoc'))
afterAll(() => rmSync(scratch, { recursive: true }))

const REASON = '/nowhere: holds no sources of QuickJS-ng'

test('the portable executable stands in, and a line says so, and why', () => {
  const { status, stdout, stderr } = build('install', scratch)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toBe(`build: no native executable, the portable one stands in: ${REASON}\n`)
  expect(sha256(join(scratch, 'usr/lib/bitbuilder/bitbuilder'))).toBe(sha256(join(DIST, 'bitbuilder')))
})

test.each([[['native']], [['package', '--engine=native']], [['install', '--engine=native', '/nowhere']]])(
  '%j fails instead',
  (args) => {
    const { status, stdout, stderr } = build(...args)
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: `build.mjs: ${REASON}\n` })
  },
)

describePackages(PACKAGES, join(DIST, 'bitbuilder'))
lintPackages(PACKAGES, 'bitbuilder-portable.rpmlintrc', { isStatic: false })
