import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readStacks } from '../../../lib/extensions/stack.ts'
import { HostError } from '../../../lib/host/host.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { rollBackImage } from '../../../lib/images/rollback.ts'

const SHELF = '/var/lib/tenants/acme/extensions/sysext/tools.raw.v'

/** Names as they may come together: equal versions, of several architectures, counted or not. */
const name = fc
  .record({
    version: fc.constantFrom('1', '2', '2.0', '2~rc1', '3', '10', '3^git4'),
    architecture: fc.constantFrom('', '_x86-64', '_x86', '_arm64'),
    tries: fc.constantFrom('', '+0', '+0-2', '+3', '+3-1'),
  })
  .map(({ version, architecture, tries }) => `tools_${version}${architecture}${tries}.raw`)

const stem = (file: string): string => file.replace(/[+][0-9-]+(?=[.]raw$)/, '')

const world = (files: readonly string[]) => {
  const host = memoryHost({
    '/etc/os-release': 'ID=debian\n',
    ...Object.fromEntries(files.map((file) => [`${SHELF}/${file}`, `hsqs${stem(file)}`])),
  })
  const taken = (): string | undefined => {
    const layer = readStacks(host, { id: 'acme', extensions: { base: 'host', mutable: true } }).value[0]?.layers[0]
    return layer === undefined ? undefined : stem(layer.path.slice(SHELF.length + 1))
  }
  return { host, taken }
}

test('whatever there is, at each moment the one before or the one asked for is taken, and nothing gets lost', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), fc.nat(), fc.boolean(), (files, pick, asks) => {
      const { host, taken } = world(files)
      const asked = /_([^_+]+?)(?:_|[+]|[.]raw$)/.exec(files[pick % files.length] as string)?.[1]
      const seen = [taken()]
      const watched = {
        ...host,
        rename: (from: string, to: string) => {
          expect(host.stat(to), to).toBeUndefined()
          host.rename(from, to)
          seen.push(taken())
        },
      }
      const before = files.map(stem).sort()
      try {
        const { current } = rollBackImage(watched, 'acme', 'tools', asks ? asked : undefined, 'sysext')
        if (asks) expect(current).toBe(asked)
      } catch (thrown) {
        // Refused before anything was done.
        expect(thrown).toBeInstanceOf(HostError)
        expect(seen).toHaveLength(1)
      }
      expect(new Set(seen).size).toBeLessThanOrEqual(2)
      expect(seen).toEqual([...seen].sort((a, b) => seen.indexOf(a) - seen.indexOf(b)))
      expect((host.readDir(SHELF)?.entries ?? []).map((entry) => stem(entry.name)).sort()).toEqual(before)
    }),
    { numRuns: 500 },
  )
})
