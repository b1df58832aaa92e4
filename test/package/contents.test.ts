import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { needTools } from '../../build/prerequisites.mjs'
import { describePackages } from './contents.ts'
import { DIST, debFiles, output, type Packed, rpmFiles, theDeb, theRpm } from './packages.ts'

beforeAll(() => needTools('dpkg-deb', 'rpm'))

describePackages(DIST, join(DIST, 'native/bitbuilder'))

const beside = /^\/usr\/share\/(bitbuilder\/templates|doc|licenses|man)\//

/** Bytes beyond templates and documentation. */
const weightOf = (files: readonly Packed[]): number =>
  files.filter(({ path }) => !beside.test(path)).reduce((sum, { size }) => sum + size, 0)

test.each([
  ['deb', () => debFiles(theDeb())],
  ['rpm', () => rpmFiles(theRpm())],
])('the %s is at most 5 MB installed', (_, list) => {
  expect(weightOf(list())).toBeGreaterThan(1e6)
  expect(weightOf(list())).toBeLessThanOrEqual(5e6)
})

test('neither asks for a library', () => {
  expect(output('dpkg-deb', '-f', theDeb(), 'Depends').trim()).toBe(
    // Programs, not libraries: what keeps tenants apart is no matter of choice.
    'iproute2, nftables, systemd (>= 257~)',
  )
  expect(
    output('rpm', '-qp', '--requires', theRpm())
      .split('\n')
      .filter((line) => /\.so/.test(line)),
  ).toEqual([])
})

test('the deb says from which library parts are linked in', () => {
  expect(output('dpkg-deb', '-f', theDeb(), 'Built-Using')).toMatch(/^glibc \(= \S+\)$/m)
})
