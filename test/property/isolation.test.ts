import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MemoryNode } from '../../lib/host/memory.ts'
import { bridgeName, mountUnit } from '../../lib/layout/names.ts'
import { type Candidate, candidates, disk, id, nasty, RUNS } from './arbitrary.ts'
import { parseUnit } from './syntax.ts'
import { type Files, filesOf, generate, ownFiles } from './world.ts'

const LIMITS = { numRuns: RUNS }
const TIME = { timeout: 600_000 }

const pair = candidates(2, 2).map(([a, b]) => [a, b] as [Candidate, Candidate])

/** Everything of B turned into something else: its file overwritten, its directory filled anew. */
const damage = (b: Candidate, text: string, replaced: readonly (readonly [string, MemoryNode])[]): Files => ({
  [`/etc/bitbuilder/tenants.d/${b.id}.json`]: text,
  ...Object.fromEntries(
    Object.entries(filesOf([{ ...b, place: '/etc/bitbuilder/tenants.d', disk: replaced }])).filter(([path]) =>
      path.startsWith(`/var/lib/tenants/${b.id}/`),
    ),
  ),
})

describe('a tenant is its own', () => {
  test('two tenants have what each would have alone, to the byte', TIME, () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const alone = [...ownFiles(generate(filesOf([a]))), ...ownFiles(generate(filesOf([b])))]
        const together = ownFiles(generate(filesOf([a, b])))
        expect(new Map(alone)).toEqual(together)
        // As many as both: no unit, link, mount or slice is shared.
        expect(alone).toHaveLength(together.size)
      }),
      LIMITS,
    )
  })

  test('whatever becomes of B, no byte of A changes', TIME, () => {
    fc.assert(
      fc.property(pair, nasty, disk, ([a, b], text, replaced) => {
        const alone = ownFiles(generate(filesOf([a])))
        const together = generate({ ...filesOf([a]), ...damage(b, text, replaced) }).files
        for (const [path, content] of alone) expect([path, together.get(path)]).toEqual([path, content])
      }),
      LIMITS,
    )
  })

  test('the order of entries and of files means nothing', TIME, () => {
    const shuffled = candidates(1, 4).chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length })),
    )
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        const turned = Object.fromEntries(Object.entries(filesOf(other)).reverse())
        expect(generate(turned).files).toEqual(generate(filesOf(all)).files)
      }),
      LIMITS,
    )
  })
})

const valuesOf = (files: ReadonlyMap<string, string>, key: string): readonly string[] =>
  [...files.values()]
    .filter((text) => !text.startsWith('-> '))
    .flatMap((text) => parseUnit(text))
    .flatMap((line) => (line.key === key ? [line.value] : []))

/** FNV-1a by its definition, in whole numbers of any length: the one of the product must not judge itself. */
const fnv1a = (text: string): bigint =>
  Buffer.from(text).reduce((hash, byte) => ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn, 0x811c9dc5n)

describe('nothing is shared', () => {
  test('mount points, slices and machine names', TIME, () => {
    fc.assert(
      fc.property(candidates(1, 4), (all) => {
        const files = generate(filesOf(all)).files
        const points = valuesOf(files, 'Where')
        expect(new Set(points).size).toBe(points.length)
        for (const point of points)
          expect(point).toMatch(
            /^(\/var\/lib\/tenants\/[a-z0-9-]+\/|\/run\/bitbuilder\/images\/[a-z0-9-]+\/|\/run\/bitbuilder\/rootfs\/[a-z0-9-]+$)/,
          )
        const slices = [...files.keys()].filter((path) => path.endsWith('.slice'))
        for (const slice of slices) expect(slice).toMatch(/^tenant-[^-]+\.slice$/)
        const machines = [...files.values()].flatMap((text) => /MACHINE_NAME=(\S+)/.exec(text)?.[1] ?? [])
        expect(new Set(machines).size).toBe(machines.length)
      }),
      LIMITS,
    )
  })

  test('bridges, but for two ids with one hash', TIME, () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        fc.pre(a !== b)
        if (bridgeName(a) !== bridgeName(b)) return
        expect([a.slice(0, 5), a.length > 12]).toEqual([b.slice(0, 5), b.length > 12])
        expect(fnv1a(a) & 0x3fffffffn).toBe(fnv1a(b) & 0x3fffffffn)
      }),
      { ...LIMITS, maxSkipsPerRun: 1000 },
    )
  })

  test('a mount unit is called as its mount point wants it', TIME, () => {
    fc.assert(
      fc.property(candidates(1, 1), (all) => {
        for (const [path, text] of generate(filesOf(all)).files) {
          if (!path.endsWith('.mount') || path.includes('/')) continue
          const where = parseUnit(text)
            .find(({ key }) => key === 'Where')
            ?.value.replaceAll('%%', '%')
          expect(mountUnit(where ?? '')).toBe(path)
        }
      }),
      LIMITS,
    )
  })
})
