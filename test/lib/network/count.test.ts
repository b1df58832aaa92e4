import { expect, test } from 'vitest'
import { countElements, countTable } from '../../../lib/network/count.ts'
import { rulesOfChains } from '../../../lib/network/isolation-rules.ts'

test('rules and elements are counted as nft lists them', () => {
  const { rules, elements } = countTable(
    JSON.stringify({
      nftables: [
        { metainfo: { json_schema_version: 1 } },
        { table: { family: 'inet', name: 'bitbuilder' } },
        { set: { name: 'pairs', elem: [{ concat: ['a', 'a'] }, { concat: ['a', 'b'] }] } },
        { set: { name: 'guarded' } },
        { map: { name: 'bandwidths', elem: [['a', 't_a']] } },
        { chain: { name: 'input' } },
        { rule: { chain: 'input' } },
        { rule: { chain: 'input' } },
      ],
    }),
  )
  expect([...rules]).toEqual([['input', 2]])
  expect([...elements]).toEqual([
    ['pairs', 2],
    ['guarded', 0],
    ['bandwidths', 1],
  ])
})

test.each(['', '{"nftables":', '{"nftables":[]}'])('of %j nothing is counted', (json) => {
  const { rules, elements } = countTable(json)
  expect([rules.size, elements.size]).toEqual([0, 0])
})

test('fragments of all tenants add up', () => {
  const counts = countElements([
    'add limit inet bitbuilder t_a { rate over 1 bytes/second burst 2 bytes ; }\nadd element inet bitbuilder pairs { "a" . "a", "a" . "b" }\n',
    'add element inet bitbuilder pairs { "c" . "c" }\n',
  ])
  expect([...counts]).toEqual([['pairs', 3]])
})

test('every chain has rules', () => {
  const chains = rulesOfChains()
  expect([...chains.keys()]).toEqual(['forward', 'from-tenant', 'to-tenant', 'input', 'to-host', 'postrouting'])
  expect(chains.get('forward')).toBe(4)
})
