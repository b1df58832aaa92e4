import fc from 'fast-check'
import { expect, test } from 'vitest'
import { broken, type Candidate, candidates, RUNS } from './arbitrary.ts'
import { expand, expandDollars, type Line, layersOf, parseUnit, splitOptions, splitWords } from './syntax.ts'
import { type Files, filesOf, generate, type Outcome } from './world.ts'

/** Every section and key that ours may write, by what kind of file it stands in. */
const SHAPES: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^tenant-[^@]*\.slice$/,
    /^(Unit\.(Description|Documentation|SourcePath)|Slice\.(CPUQuota|MemoryMax|TasksMax|IOWeight))$/,
  ],
  [/^tenant@[^/]*\.service\.d\//, /^(Unit\.(Description|SourcePath|Wants)|Service\.Slice)$/],
  [/^tenant-infra@[^/]*\.service\.d\//, /^(Unit\.SourcePath|Service\.Slice)$/],
  [
    /^tenant-(vm|container)@[^/]*\.service\.d\//,
    /^(Unit\.(Description|SourcePath|BindsTo|After|RequiresMountsFor)|Service\.(Slice|Environment|EnvironmentFile|RuntimeDirectory|BindPaths|BindReadOnlyPaths|CPUQuota|MemoryMax))$/,
  ],
  [
    /^(tenant@[^/]*|tenants-registry)\.service$/,
    /^(Unit\.(Description|Documentation|SourcePath)|Service\.(Type|RemainAfterExit|ExecStartPre|ExecStart|ExecStop))$/,
  ],
  [
    /^[^/]*\.mount$/,
    /^(Unit\.(Description|Documentation|SourcePath|DefaultDependencies|PartOf|Conflicts|Before|Requires|Wants|After|RequiresMountsFor)|Mount\.(What|Where|Type|Options))$/,
  ],
]

const ONCE = /^(?!ExecStartPre$)/

const checkShape = (path: string, lines: readonly Line[]): void => {
  const shape = SHAPES.find(([name]) => name.test(path))?.[1]
  if (shape === undefined) throw new Error(`a file of no known kind: ${path}`)
  for (const { section, key } of lines) expect(`${section}.${key}`).toMatch(shape)
  const once = lines.map(({ key }) => key).filter((key) => ONCE.test(key))
  expect(new Set(once).size).toBe(once.length)
}

const TREES = /^\/var\/lib\/tenants\/[a-z0-9-]+\//

/** Options= of an overlay names only layers that are there, or that start with the tenant. */
const checkOptions = (value: string, files: Files): void => {
  if (/^((loop,)?ro|bind,ro,nosymfollow),nodev,nosuid$/.test(value)) return
  const options = splitOptions(expand(value))
  const layers = layersOf(options)
  expect(layers.length).toBeGreaterThan(1)
  for (const named of layers) {
    const layer = named.replace(/^\/run\/bitbuilder\/rootfs\/([a-z0-9-]+)\//, '/var/lib/tenants/$1/infra/rootfs/')
    if (layer === '/usr' || layer.startsWith('/run/bitbuilder/layers/')) continue
    expect(layer).toMatch(TREES)
    const there = Object.keys(files).some((path) => path === layer || path.startsWith(`${layer}/`))
    expect([layer, there]).toEqual([layer, true])
  }
  const others = options.filter((option) => !/^lowerdir\+?=/.test(option))
  for (const option of others)
    expect(option).toMatch(/^(nodev|nosuid|ro|(upper|work)dir=\/var\/lib\/tenants\/[a-z0-9./-]+)$/)
}

const CONTROL = /[\u0000-\u001f\u007f]/

/** Every command line comes apart into the program and the words that were meant. */
const checkExec = (value: string, said: ReadonlySet<string>): void => {
  const [program, ...args] = splitWords(value, 'c').map((word) => expandDollars(expand(word)))
  if (program !== '/usr/bin/echo') {
    expect([program, ...args].join(' ')).toMatch(
      /^(\/usr\/bin\/false|\/usr\/lib\/bitbuilder\/tenant-cleanup [a-z0-9-]+)$/,
    )
    return
  }
  expect(args).toHaveLength(1)
  expect(args[0]).not.toMatch(CONTROL)
  const line = args[0]?.replace(/^<3>/, '') ?? ''
  if (!/^there is more: bitbuilder verify$/.test(line)) expect(said).toContain(line)
}

const checkLine = ({ key, value }: Line, files: Files, said: ReadonlySet<string>): void => {
  if (/^Exec/.test(key)) checkExec(value, said)
  else if (key === 'Environment')
    for (const word of splitWords(value, 'c'))
      expect(expand(word)).toMatch(/^(SYSTEMD_VMSPAWN_QEMU_EXTRA|TENANT_ID|MACHINE_(NAME|SOURCE))=/)
  else if (key === 'RequiresMountsFor')
    for (const word of splitWords(value, 'plain')) expect(expand(word)).toMatch(/^\//)
  else if (key === 'Options') checkOptions(value, files)
  else if (/^(Wants|Requires|After|Before|BindsTo|PartOf|Conflicts)$/.test(key))
    for (const word of splitWords(value, 'none')) expect(word).toMatch(/^[A-Za-z0-9:_.\\@-]+\.(service|mount|target)$/)
  else if (key !== 'CPUQuota') expand(value)
}

const checkAll = (files: Files, { files: written, errors }: Outcome): void => {
  const said = new Set(errors.map((line) => line.replace(/^[a-z]+-generator: /, '')))
  for (const [path, text] of written) {
    expect(path).not.toMatch(CONTROL)
    if (text.startsWith('-> ')) {
      expect(text).toMatch(/^-> (\/usr\/lib\/systemd\/system\/[a-z@-]+\.service|\.\.\/[A-Za-z0-9:_.\\@-]+)$/)
      continue
    }
    const lines = parseUnit(text)
    checkShape(path, lines)
    for (const line of lines) checkLine(line, files, said)
  }
}

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** systemd cuts white space off both ends of a value. */
const described = ({ id, entry }: Candidate): string => {
  const { description } = entry as { description?: string }
  return (
    description === undefined || description === '' ? `Tenant ${id}` : `Tenant ${id}, ${wellFormed(description)}`
  ).replace(/ +$/, '')
}

const LIMITS = { numRuns: RUNS }
const TIME = { timeout: 600_000 }

test('no string of a healthy registry becomes a directive, and every description is read back', TIME, () => {
  fc.assert(
    fc.property(candidates(1, 3), (all) => {
      const files = filesOf(all)
      const outcome = generate(files)
      checkAll(files, outcome)
      for (const one of all) {
        const text = outcome.files.get(`tenant@${one.id}.service.d/50-tenant.conf`)
        if (text === undefined) continue
        const found = parseUnit(wellFormed(text)).find(({ key }) => key === 'Description')
        expect(expand(found?.value ?? '')).toBe(described(one))
      }
    }),
    LIMITS,
  )
})

test('no string of a broken one does', TIME, () => {
  fc.assert(
    fc.property(candidates(1, 3), fc.array(broken, { maxLength: 3 }), (all, others) => {
      const files: Record<string, Files[string]> = { ...filesOf(all) }
      others.forEach((value, index) => {
        files[`/run/bitbuilder/tenants.d/broken-${index}.json`] = JSON.stringify(value) ?? ''
      })
      files['/var/lib/bitbuilder/tenants.json'] = JSON.stringify({ tenants: others })
      checkAll(files, generate(files))
    }),
    LIMITS,
  )
})
