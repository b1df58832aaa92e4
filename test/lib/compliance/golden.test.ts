import { describe, expect, test } from 'vitest'
import { allRules } from '../../../lib/compliance/all-rules.ts'
import { applyFixes } from '../../../lib/compliance/fix.ts'
import { readBase, type Verified, verifyPath } from '../../../lib/compliance/verify.ts'
import { type MemoryHost, memoryHost } from '../../../lib/host/memory.ts'
import { type ComplianceCase, complianceCases, inMemoryBelow, strayFiles } from '../../support/compliance-case.ts'
import { findingsText } from '../../support/compliance-text.ts'

/** Each rule by a tree that it accepts and one that it refuses; test/invocation plays all of them on disk. */

const CASES = complianceCases()
const inMemory = CASES.filter(({ spec }) => spec.needs === undefined)

const hostOf = ({ tree, base }: ComplianceCase): MemoryHost =>
  memoryHost({ ...inMemoryBelow(tree, '/t'), ...(base === undefined ? {} : inMemoryBelow(base, '/base')) })

const verify = (host: MemoryHost, { spec, base }: ComplianceCase): Verified =>
  verifyPath(host, spec.subject === undefined ? '/t' : `/t/${spec.subject}`, {
    as: spec.as,
    mode: spec.mode,
    base: base === undefined ? undefined : readBase(host, '/base'),
  })

const rulesOf = ({ list }: Verified): readonly string[] => [...new Set(list.map(({ rule }) => rule.id))].sort()

const textOf = ({ list }: Verified, but: readonly string[] = []): string =>
  findingsText(list.filter(({ rule }) => !but.includes(rule.id)).map((found) => [found.rule.id, found]))

const named = (cases: readonly ComplianceCase[]) => cases.map((one) => [one.name, one] as const)

test.each(named(inMemory.filter(({ isRefused }) => !isRefused)))('%s', (_, one) => {
  const found = verify(hostOf(one), one)
  expect(textOf(found, one.spec.also)).toBe('')
})

test.each(named(inMemory.filter(({ isRefused }) => isRefused)))('%s', async (_, one) => {
  const found = verify(hostOf(one), one)
  expect(rulesOf(found)).toEqual([...(one.spec.also ?? []), one.rule].sort())
  await expect(textOf(found)).toMatchFileSnapshot(one.expected)
})

const fixable = inMemory.filter((one) => verify(hostOf(one), one).list.some(({ fixes }) => fixes.length > 0))

/** A fix that copies runs cp(1), which is not in memory. */
test.each(named(fixable))('%s: its fixes do what they are for', (_, one) => {
  const host = hostOf(one)
  const before = verify(host, one)
  const fixed = before.list.filter(({ fixes }) => fixes.length > 0 && fixes.every((fix) => fix.do !== 'copy'))
  expect(
    applyFixes(
      host,
      before.directory,
      fixed.flatMap(({ fixes }) => fixes),
    ),
  ).toEqual([])
  const after = verify(host, one).list.map(({ rule, path, message }) => `${rule.id} ${path} ${message}`)
  for (const { rule, path, message } of fixed) expect(after).not.toContain(`${rule.id} ${path} ${message}`)
})

describe('rules', () => {
  const ids = allRules().map(({ id }) => id)

  test('have numbers of their own', () => expect(new Set(ids).size).toBe(ids.length))

  test.each(ids)('%s has a tree that it accepts and one that it refuses', (id) => {
    const own = CASES.filter(({ rule }) => rule === id)
    expect(
      own.some(({ isRefused }) => !isRefused),
      'accepted',
    ).toBe(true)
    expect(
      own.some(({ isRefused }) => isRefused),
      'refused',
    ).toBe(true)
  })

  test('are what the cases are about', () => {
    for (const { rule } of CASES) expect(ids).toContain(rule)
    expect(strayFiles()).toEqual([])
  })
})
