import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../lib/report/problem.ts'
import { renderProblem } from '../../../lib/report/problem.ts'
import { FEATURES, TEMPLATE_TYPES, templateShape } from '../../../lib/templates/schema.ts'
import { readMetadata } from '../../../lib/tenant/metadata.ts'

const GOOD = {
  template: { type: 'infrastructure', version: '1.0.0', name: 'tenant-infra-template' },
  requirements: { systemd_version: '>=258', kernel: '>=6.0', features: ['vmspawn', 'varlink', 'networkd'] },
  defaults: {
    resources: { cpu: 2, memory: '2G', storage: '10G' },
    network: { mode: 'private', management_interface: true },
  },
}

const problemsOf = (value: unknown): readonly string[] => {
  const text = JSON.stringify(value)
  const stat = { kind: 'file', uid: 0, gid: 0, mode: 0o644, size: text.length } as const
  const read = readMetadata(templateShape, 'metadata.json', () => ({ text, stat, nesting: 9 }))
  return 'problems' in read ? read.problems.map((problem: Problem) => renderProblem(problem)) : []
}

test("the seed's own is taken", () => {
  expect(problemsOf(GOOD)).toEqual([])
})

test.each(TEMPLATE_TYPES)('%s is a type', (type) => {
  expect(problemsOf({ template: { ...GOOD.template, type }, requirements: { features: FEATURES } })).toEqual([])
})

test('all of ours is taken', () => {
  const ours = {
    parameters: { hostname: { description: 'a name', default: 'web', pattern: '[a-z]+' }, KEY: {} },
    rendered: ['rootfs/etc/**', 'config/*.yaml'],
    userland: {
      into: 'rootfs',
      programs: ['usr/bin/{sh,bash}', '-usr/lib/systemd/systemd*'],
      files: ['usr/share/zoneinfo/UTC'],
      place: { 'disk-image/boot/vmlinuz': ['boot/vmlinuz-*'] },
    },
    instance: { template: 'x', version: '1', commit: 'a'.repeat(40), parameters: { hostname: 'web' } },
    'x-other': 1,
  }
  expect(problemsOf({ ...GOOD, ...ours })).toEqual([])
})

describe('what is refused', () => {
  test.each([
    [{}, 'template: missing, expected an object'],
    [{ template: { ...GOOD.template, type: 'vm' } }, 'template.type: expected "infrastructure" or'],
    [{ template: { ...GOOD.template, version: '1_0' } }, 'template.version: expected a version such as 1.0.0'],
    [{ template: { ...GOOD.template, name: 'A' } }, 'template.name: expected lower-case letters'],
    [{ ...GOOD, requirements: { kernel: '6.0' } }, 'requirements.kernel: expected a constraint such as >=258'],
    [{ ...GOOD, rendered: ['../etc'] }, 'rendered[0]: expected a path in the tree'],
    [{ ...GOOD, parameters: { 'a-b': {} } }, 'parameters.a-b: expected letters'],
    [{ ...GOOD, parameters: { a: { pattern: '(a+)+' } } }, 'parameters.a.pattern: expected a regular expression'],
    [{ ...GOOD, userland: { into: '/' } }, 'userland.into: expected a path in the template'],
    [{ ...GOOD, userland: { place: { '../x': [] } } }, 'expected a path in the template'],
  ])('%j', (value, words) => {
    expect(problemsOf(value).join('\n')).toContain(words)
  })
})
