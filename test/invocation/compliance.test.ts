import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { needTools } from '../../build/prerequisites.mjs'
import { type ComplianceCase, complianceCases } from '../support/compliance-case.ts'
import { plantTree, verifyOnDisk } from '../support/compliance-disk.ts'
import { findingsText } from '../support/compliance-text.ts'
import { ENGINES, type Engine, PRODUCTS } from '../support/engines.ts'
import { temporaryDir } from '../support/materialise.ts'

/** Every case of test/compliance through both executables: what memory was told of, on a real disk, with the tools that some need. */

const CASES = complianceCases()

/** What a case says that it needs, what plants it, and what reads its attributes and signatures. */
beforeAll(() => needTools('setfattr', 'openssl', ...new Set(CASES.flatMap(({ spec }) => spec.needs ?? []))), 300_000)

/** What both executables find, as golden files have it. */
const verifyBoth = async (one: ComplianceCase): Promise<ReadonlyMap<Engine, string>> => {
  using dir = temporaryDir()
  await plantTree(one.tree, `${dir.path}/t`)
  if (one.base !== undefined) await plantTree(one.base, `${dir.path}/base`)
  const found = ENGINES.map(async (engine) => {
    const { status, findings, stderr } = await verifyOnDisk(PRODUCTS[engine].executable, dir.path, one)
    expect(stderr, engine).toBe('')
    expect(status, engine).toBe(findings.some(({ severity }) => severity === 'error') ? 1 : 0)
    const shown = one.isRefused ? findings : findings.filter(({ rule }) => !one.spec.also?.includes(rule))
    return [engine, findingsText(shown.map((finding) => [finding.rule, finding]))] as const
  })
  return new Map(await Promise.all(found))
}

const expectedText = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const expectedOf = ({ isRefused, expected }: ComplianceCase): string => (isRefused ? expectedText(expected) : '')

describe.each([...new Set(CASES.map(({ rule }) => rule))])('%s', (rule) => {
  const own = CASES.filter((one) => one.rule === rule)
  test.each(own.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const found = await verifyBoth(one)
    const isNew = one.isRefused && one.spec.needs !== undefined && !existsSync(one.expected)
    // One that needs tools is not played in memory: its findings are written down here.
    if (isNew) await expect(found.get('native')).toMatchFileSnapshot(one.expected)
    for (const engine of ENGINES) expect(found.get(engine), engine).toBe(expectedOf(one))
  })
})

/** In memory there is no cp(1). */
describe('--fix with what is copied', () => {
  const copies = CASES.filter(({ isRefused, expected }) => isRefused && expectedText(expected).includes('"do":"copy"'))
  test('is in some case', () => expect(copies.length).toBeGreaterThan(0))
  test.each(copies.flatMap((one) => ENGINES.map((engine) => [one.name, engine, one] as const)))(
    '%s, %s',
    async (_, engine, one) => {
      using dir = temporaryDir()
      await plantTree(one.tree, `${dir.path}/t`)
      const { executable } = PRODUCTS[engine]
      const before = await verifyOnDisk(executable, dir.path, one)
      const after = await verifyOnDisk(executable, dir.path, one, '--fix')
      expect(after.stderr).toBe('')
      const keys = after.findings.map(({ rule, message }) => `${rule} ${message}`)
      for (const { rule, message, fixes = [] } of before.findings)
        if (fixes.length > 0) expect(keys).not.toContain(`${rule} ${message}`)
    },
  )
})
