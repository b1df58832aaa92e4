import { expect, test } from 'vitest'
import { show } from '../../../lib/report/json-value.ts'
import { renderHint, renderProblem } from '../../../lib/report/problem.ts'
import { validate } from '../../../lib/tenant/check.ts'
import { metadataShape, tenantShape } from '../../../lib/tenant/schema.ts'
import type { Shape } from '../../../lib/tenant/shape.ts'

const lines = (text: string, shape: Shape = tenantShape): readonly string[] => {
  const checked = validate(shape, JSON.parse(text), { file: 'f', text, path: [] })
  return 'problems' in checked ? checked.problems.flatMap((one) => [renderProblem(one), ...renderHint(one)]) : []
}

// Expected values: the manual page of the registry; what is accepted is all that its table of keys says.
test.each([
  '{"id": "a"}',
  '{"$schema": "x", "id": "a", "description": "", "enabled": false}',
  '{"id": "a", "resources": {"cpu": 0.5, "memory": "2G", "storage": "10G", "tasks": 1, "ioWeight": 10000}}',
  '{"id": "a", "infra": {"enabled": true, "cpu": 2, "memory": "1G", "kernel": "infra/vmlinuz", "initrd": "a.b/c_d-e"}}',
  '{"id": "a", "network": {"mode": "none", "index": 16777214, "bandwidth": "100M"}}',
  '{"id": "a", "extensions": {"base": "rootfs", "mutable": false}, "placement": {"hosts": ["web*"]}}',
  '{"id": "a", "repository": {"url": "https://x/y.git", "ref": "main", "path": "t"}}',
])('%s is fine', (text) => {
  expect(lines(text)).toEqual([])
})

test.each([
  ['{}', ['f:1:1: id: missing, expected lower-case letters, digits and inner dashes, at most 32 characters']],
  ['{"id": "a", "enabled": 1}', ['f:1:24: enabled: expected true or false, got 1']],
  ['{"id": "a", "enabld": true}', ["f:1:13: unknown key 'enabld'", "  hint: did you mean 'enabled'?"]],
  ['{"id": "a", "Enabled": true}', ["f:1:13: unknown key 'Enabled'", "  hint: did you mean 'enabled'?"]],
  ['{"id": "a", "memory": "2G"}', ["f:1:13: unknown key 'memory'"]],
  [
    '{"id": "a", "network": {"wireguard": {"peers": [{"publicKey": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA="}, {"publicKye": "k"}]}}}',
    [
      'f:1:112: network.wireguard.peers[1].publicKey: missing, expected a public key of 32 bytes in base 64, as wg pubkey prints it',
      "f:1:113: unknown key 'network.wireguard.peers[1].publicKye'",
      "  hint: did you mean 'publicKey'?",
    ],
  ],
  [
    '{"id": "a", "infra": {"kernel": "a/../b"}}',
    ['f:1:33: infra.kernel: expected a relative path such as infra/vmlinuz, without .., got "a/../b"'],
  ],
  ['{"id": "a", "infra": {"cpu": 0.5}}', ['f:1:30: infra.cpu: expected a whole number from 1 to 512, got 0.5']],
  [
    '{"id": "a", "resources": {"cpu": 1e999}}',
    ['f:1:34: resources.cpu: expected a number of CPUs such as 2 or 0.5, got null'],
  ],
  ['{"id": "a", "resources": {"cpu": 0}}', ['f:1:34: resources.cpu: expected a number of CPUs, at least 0.01, got 0']],
  ['{"id": "a", "resources": []}', ['f:1:26: resources: expected an object, got a list']],
  ['{"id": "a", "__proto__": {"enabled": false}}', ["f:1:13: unknown key '__proto__'"]],
  ['{"id": "a", "infra": {"__proto__": {"cpu": 1}}}', ["f:1:23: unknown key 'infra.__proto__'"]],
  ['[]', ['f:1:1: expected an object, got a list']],
  ['null', ['f:1:1: expected an object, got null']],
  ['"id"', ['f:1:1: expected an object, got "id"']],
])('%s', (text, expected) => {
  expect(lines(text)).toEqual(expected)
})

test('metadata is open at the top and strict inside', () => {
  expect(
    lines('{"tool": 1, "defaults": {"other": 1}, "template": {"name": "web", "version": "1"}}', metadataShape),
  ).toEqual([])
  expect(lines('{"resources": {"cpus": 1}}', metadataShape)).toEqual([
    "f:1:16: unknown key 'resources.cpus'",
    "  hint: did you mean 'cpu'?",
  ])
  expect(lines('{"template": {"name": "../x"}}', metadataShape)).toEqual([
    'f:1:23: template.name: expected a template name, got "../x"',
  ])
})

// The first twenty are worded, in the order of the tables; all others are counted, whatever kind they are of.
test('of many mistakes the first are told', () => {
  const keys = Array.from({ length: 7000 }, (_, index) => `"k${index}": 1`)
  const said = lines(`{"resources": {"tasks": "x", ${keys.join(', ')}}, "infra": {"cpu": "x"}}`, metadataShape)
  expect(said).toHaveLength(21)
  expect(said[0]).toMatch(/^f:1:25: resources.tasks: expected a whole number from /)
  expect(said[1]).toBe("f:1:30: unknown key 'resources.k0'")
  expect(said[19]).toMatch(/^f:1:\d+: unknown key 'resources.k18'$/)
  expect(said[20]).toBe('f: and 6982 more like these')
  expect(lines(`{"id": "a", "placement": {"hosts": [${'1, '.repeat(5000)}"web"]}}`).at(-1)).toBe(
    'f: and 4980 more like these',
  )
})

test('a long key is shortened', () => {
  expect(lines(`{"id": "a", "${'x'.repeat(500)}": 1}`)).toEqual([`f:1:13: unknown key '${'x'.repeat(60)}…'`])
})

test.each([
  [undefined, 'nothing'],
  [null, 'null'],
  [[1], 'a list'],
  [{}, 'an object'],
  ['a\n', '"a\\n"'],
  ['x'.repeat(500), `"${'x'.repeat(59)}…`],
  [1.5, '1.5'],
])('show(%j) is %s', (value, expected) => {
  expect(show(value)).toBe(expected)
})
