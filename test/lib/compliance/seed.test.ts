import { globSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { applyFixes } from '../../../lib/compliance/fix.ts'
import { type Verified, verifyPath } from '../../../lib/compliance/verify.ts'
import { nodeHost } from '../../../lib/host/node.ts'
import { isError } from '../../../lib/report/problem.ts'
import { readTreeFile } from '../../support/compliance-case.ts'
import { plantTree } from '../../support/compliance-disk.ts'
import { temporaryDir } from '../../support/materialise.ts'

/** The layouts that came first, as they were drawn: what is wrong with them, and that `--fix` mends what keeps them from use. */

const SEEDS = join(import.meta.dirname, '../../compliance-seed')
const scratch = temporaryDir()
afterAll(() => scratch[Symbol.dispose]())

const host = nodeHost('')

const verify = (directory: string): Verified => verifyPath(host, directory, { mode: 'source' })

/** Rule, severity and place of each, once. */
const listed = ({ list }: Verified): string =>
  [...new Set(list.map(({ severity, rule, path }) => `${severity} ${rule.id} ${path === '' ? '.' : path}\n`))]
    .sort()
    .join('')

/** As `bitbuilder verify --fix` goes about it. */
const ROUNDS = 5

const fixed = (directory: string): Verified => {
  let found = verify(directory)
  for (let round = 0; round < ROUNDS; round += 1) {
    const fixes = found.list.flatMap((finding) => finding.fixes)
    if (fixes.length === 0) break
    applyFixes(host, directory, fixes)
    found = verify(directory)
  }
  return found
}

describe.each(
  globSync('*.json', { cwd: SEEDS })
    .sort()
    .map((file) => basename(file, '.json')),
)('%s', (name) => {
  const directory = join(scratch.path, name)

  test('has exactly these findings', async () => {
    await plantTree(readTreeFile(join(SEEDS, `${name}.json`)), directory)
    await expect(listed(verify(directory))).toMatchFileSnapshot(join(SEEDS, `${name}.txt`))
  })

  test('has no error after its fixes', () => {
    expect(listed({ ...fixed(directory), list: fixed(directory).list.filter(isError) })).toBe('')
  })
})

/** What is known to be wrong with them, rule by rule, beside what else is found. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'tenant-infra-template': ['OSR-03', 'ROOT-02', 'META-08', 'INFRA-06'],
  'tenant-machine-template': ['OSR-03', 'ROOT-02', 'META-08', 'BOOT-01', 'BOOT-17', 'BOOT-26'],
  'tenant-container-template': ['OSR-03', 'ROOT-02', 'META-08', 'CONT-03', 'CONT-04', 'CONT-05'],
  'tenant-homed-template': ['META-08', 'HOME-19', 'HOME-21'],
  'tenant-network-template': ['META-08', 'NETT-01', 'NETT-03', 'NETT-06', 'NETT-07'],
  'base-tools.sysext': [],
  'network-policies.confext': [],
}

test.each(Object.entries(KNOWN))('%s has what it is known for', async (name, rules) => {
  const directory = join(scratch.path, 'known', name)
  mkdirSync(join(scratch.path, 'known'), { recursive: true })
  await plantTree(readTreeFile(join(SEEDS, `${name}.json`)), directory)
  const found = new Set(verify(directory).list.map(({ rule }) => rule.id))
  for (const rule of rules) expect([...found]).toContain(rule)
  // An empty machine-id, an empty extension-release.d and names with .sysext or .confext are as they should be.
  for (const rule of ['ROOT-18', 'ROOT-27', 'EXTREL-01', 'EXTREL-02', 'SYSEXT-01', 'CONFEXT-01'])
    expect([...found]).not.toContain(rule)
})
