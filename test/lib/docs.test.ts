import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { OPTIONS, VERBS } from '../../lib/cli/cli.ts'
import { VERSION } from '../../lib/cli/version.ts'
import { allRules } from '../../lib/compliance/all-rules.ts'
import { KINDS } from '../../lib/compliance/kinds.ts'
import { readConfig } from '../../lib/config/config.ts'
import { memoryHost } from '../../lib/host/memory.ts'
import { templateShape } from '../../lib/templates/schema.ts'
import { metadataShape, tenantShape } from '../../lib/tenant/schema.ts'
import type { Shape as Table } from '../../lib/tenant/shape.ts'
import { jsonSchemaOf } from '../../lib/tenant/zod.ts'

/** Nothing that can be typed is without a page, and no page speaks of what is not there. */

const ROOT = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const below = (dir: string, suffix: string): readonly string[] =>
  readdirSync(join(ROOT, dir), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort()

const PAGES = below('packaging/man', '.scd')
/** `tenants.json.5` */
const pageOf = (path: string): string => path.slice('packaging/man/'.length, -'.scd'.length)
const NAMES = PAGES.map(pageOf)
const page = (name: string): string => read(`packaging/man/${name}.scd`)

describe('man pages', () => {
  beforeAll(async () => {
    const { needTools } = await import(new URL('../../build/prerequisites.mjs', import.meta.url).href)
    needTools('scdoc')
  }, 300_000)

  test.each(PAGES)('%s renders', (path) => {
    const { status, stdout, stderr } = spawnSync('scdoc', { input: read(path), encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('.SH SEE ALSO')
  })

  test.each(PAGES)('%s is called what it says, and is of this version', (path) => {
    const [, name = '', section = ''] = /^(.*)\.([0-9])$/.exec(pageOf(path)) as string[]
    // scdoc takes no '@' in a title.
    expect(read(path).split('\n')[0]).toBe(`${name.replace('@', '')}(${section}) "bitbuilder ${VERSION}" "BitBuilder"`)
    expect(/# NAME\n\n([\s\S]*?) - /.exec(read(path))?.[1]?.split(/,\s+/)).toContain(name)
  })

  test('bitbuilder-rules(7) has every rule', async () => {
    const { withRules } = await import(new URL('../../build/rules-page.mjs', import.meta.url).href)
    const text: string = withRules(page('bitbuilder-rules.7'))
    const { status, stdout, stderr } = spawnSync('scdoc', { input: text, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    for (const { id } of allRules()) expect(stdout).toContain(`\\fB${id}\\fR`)
    expect(stdout).not.toMatch(/@[A-Z]+@/)
  })

  test('there is one for each program', () => {
    const programs = ['programs', 'generators'].flatMap((dir) => readdirSync(join(ROOT, dir)))
    for (const program of programs) expect(NAMES).toContain(`${program.replace(/\.ts$/, '')}.8`)
  })

  test('tenant@.service(8) has every static unit', () => {
    const text = page('tenant@.service.8')
    for (const unit of readdirSync(join(ROOT, 'packaging/systemd'))) {
      if (!unit.endsWith('.d')) expect(text.split('# DESCRIPTION')[1]).toContain(unit)
    }
  })

  /** Pages of others that ours point to. */
  const others =
    /^(?:systemd[-.a-z]*|os-release|networkctl|systemctl|journalctl|bootup|repart\.d|homectl|homed\.conf|wg|ip|setquota|repquota|chattr|tune2fs)$/

  test.each(PAGES)('%s points to pages that are there', (path) => {
    for (const [, name = '', section = ''] of read(path).matchAll(/\*([^*\s]+)\*\(([0-9])\)/g)) {
      if (!others.test(name)) expect(NAMES).toContain(`${name}.${section}`)
    }
  })

  const SOURCES = [...below('packaging/systemd', ''), ...below('lib', '.ts')]
  test.each(SOURCES.filter((path) => read(path).includes('man:')))('%s points to pages that are there', (path) => {
    for (const [, name = '', section = ''] of read(path).matchAll(/man:([^\s()]+)\(([0-9])\)/g)) {
      if (!others.test(name)) expect(NAMES).toContain(`${name}.${section}`)
    }
  })
})

/** What a schema says of a key, with that of its inner keys; lists are what they are lists of. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly minimum?: number
  readonly maximum?: number
}

const shapeOf = (table: Table): Shape => jsonSchemaOf(table) as Shape

const HEAD = /^\t*\*[^*]+\*(?:, \*[^*]+\*)*$/

/** The paragraphs of a key: from its line to the next one that is no deeper. */
const entryOf = (text: string, key: string): string | undefined => {
  const lines = text.split('\n')
  const head = lines.findIndex((line) => HEAD.test(line) && line.includes(`*${key}*`))
  if (head < 0) return undefined
  const depth = /^\t*/.exec(lines[head] as string)?.[0].length ?? 0
  const end = lines.findIndex(
    (line, index) => index > head && /\S/.test(line) && /^\t*/.exec(line)?.[0].length === depth,
  )
  return lines.slice(head, end < 0 ? undefined : end).join('\n')
}

const inner = (shape: Shape): Readonly<Record<string, Shape>> => {
  const own = shape.properties ?? shape.items?.properties ?? {}
  return Object.assign({}, own, ...Object.values(own).map((one) => (one.items === undefined ? {} : inner(one))))
}

const expectDocumented = (text: string, shape: Shape): void => {
  for (const [key, value] of Object.entries(inner(shape))) {
    const entry = entryOf(text, key) ?? (text.includes(`*${key}*`) ? text : undefined)
    expect(entry, `*${key}* in ${text.slice(0, 60)}…`).toBeDefined()
    if (value.minimum !== undefined && value.maximum !== undefined)
      expect(entry).toMatch(new RegExp(`\\b${value.minimum}\\s+to\\s+${value.maximum}\\b`))
    expectDocumented(entry as string, value)
  }
}

describe('keys and settings', () => {
  const keysOf = (text: string): string => text.split('\n# KEYS\n')[1]?.split('\n# ')[0] ?? ''

  test('every key of the registry is in tenants.json(5)', () => {
    expectDocumented(keysOf(page('tenants.json.5')), shapeOf(tenantShape))
  })

  test('every key of metadata is in bitbuilder-metadata.json(5)', () => {
    const text = keysOf(page('bitbuilder-metadata.json.5'))
    for (const [key, { properties }] of Object.entries(inner(shapeOf(metadataShape)))) {
      for (const name of Object.keys(properties ?? {})) expect(entryOf(text, key)).toContain(`*${name}*`)
    }
  })

  test('every key of a template is in bitbuilder-metadata.json(5)', () => {
    const text = page('bitbuilder-metadata.json.5').split('\n# KEYS OF A TEMPLATE\n')[1]?.split('\n# ')[0] ?? ''
    const { $schema, defaults, ...own } = inner(shapeOf(templateShape))
    for (const [key, { properties }] of Object.entries(own)) {
      if (entryOf(text, key) === undefined) expect(text).toContain(`*${key}*`)
      for (const name of Object.keys(properties ?? {})) expect(entryOf(text, key)).toContain(`*${name}*`)
    }
  })

  test('tenants.json(5) has no other keys', () => {
    const known = JSON.stringify(shapeOf(tenantShape))
    for (const [, line = ''] of keysOf(page('tenants.json.5')).matchAll(/^\t*(\*[^*]+\*(?:, \*[^*]+\*)*)$/gm)) {
      for (const [, key] of line.matchAll(/\*([^*]+)\*/g)) expect(known).toContain(`"${key}":`)
    }
  })

  const settings = [...page('bitbuilder.conf.5').matchAll(/^\*(\w+)=\*$/gm)].map(([, name = '']) => name)

  test('every setting of bitbuilder.conf(5) is read, and there is no other', () => {
    const rows = ['config', 'provision']
      .flatMap((name) => [...read(`lib/config/${name}.ts`).matchAll(/^ +(\w+): \{\n +words:/gm)])
      .map(([, name = '']) => name)
    expect(rows).not.toHaveLength(0)
    expect(settings).toEqual(rows)
  })

  test('the shipped bitbuilder.conf has every setting, commented out, at its default', () => {
    const text = read('packaging/bitbuilder.conf')
    expect([...text.matchAll(/^#(\w+)=/gm)].map(([, name]) => name)).toEqual(settings)
    const spoken = memoryHost({ '/etc/bitbuilder/bitbuilder.conf': text.replace(/^#(\w+=)/gm, '$1') })
    expect(readConfig(spoken)).toEqual(readConfig(memoryHost()))
  })
})

describe('the command line', () => {
  const text = page('bitbuilder.8')

  test.each(VERBS)('$name is in bitbuilder(8)', ({ name, operand, further, third }) => {
    const shown = [operand, further, third]
      .filter((one) => one !== undefined)
      .map(({ name: what, required, many }) => `${required ? `_${what}_` : `[_${what}_]`}${many === true ? '…' : ''}`)
      .map((one) => ` ${one}`)
      .join('')
    expect(text).toContain(`\n*${name}*${shown}\n\t`)
  })

  test.each(OPTIONS)('$name is in bitbuilder(8)', ({ name, value }) => {
    expect(text).toContain(value === undefined ? `*${name}*\n\t` : `*${name}=*_${value}_`)
  })

  const own = VERBS.flatMap(({ options = [] }) => options)

  test.each(own)('$name is in bitbuilder(8)', ({ name, short, value }) => {
    const long = value === undefined ? `*${name}*` : `*${name}=*_${value}_`
    const shown = short === undefined ? '' : `*${short}*${value === undefined ? '' : ` _${value}_`}, `
    expect(text).toContain(`\n\t${shown}${long}\n\t\t`)
  })

  const completions = below('packaging/completions', '')
  test('there are three completions', () => {
    expect(completions).toHaveLength(3)
  })

  test.each(completions)('%s has every verb and option', (path) => {
    for (const word of VERBS.flatMap(({ name }) => name.split(' ')))
      expect(read(path)).toMatch(new RegExp(`\\b${word}\\b`))
    for (const { name } of [...OPTIONS, ...own])
      expect(read(path)).toMatch(new RegExp(`(?:--|long-option )${name.slice(2)}\\b`))
  })

  test.each(completions)('%s has every kind of what is verified', (path) => {
    expect(read(path)).toContain(KINDS.map(({ name }) => name).join(' '))
  })

  test('the one for bash parses', () => {
    expect(spawnSync('bash', ['-n', join(ROOT, 'packaging/completions/bash/bitbuilder')]).status).toBe(0)
  })
})
