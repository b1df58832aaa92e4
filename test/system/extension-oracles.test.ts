import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readBase, verifyPath } from '../../lib/compliance/verify.ts'
import { mismatches } from '../../lib/extensions/match.ts'
import { nodeHost } from '../../lib/host/node.ts'
import type { ExtensionClass } from '../../lib/layout/paths.ts'
import { parseOsRelease } from '../../lib/systemd/os-release.ts'
import { CASES, type ExtensionCase, plant, RELEASE, SEARCHED } from './extension-cases.ts'
import { inImage } from './in-image.ts'

/** What we say of extensions, against systemd-sysext and systemd-confext of the test machine. */

const dir = mkdtempSync('/var/tmp/bitbuilder-extensions-')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const host = nodeHost('/')

/** Merged hierarchies are mounts, seen only where mounts are shared; and loop devices are looked for in /sys. */
const SHARED = 'mount --make-rshared /; mount -t sysfs sysfs /sys'

const TOOL: Readonly<Record<ExtensionClass, string>> = { sysext: 'systemd-sysext', confext: 'systemd-confext' }
/** Where they write down what they have merged. */
const MERGED: Readonly<Record<ExtensionClass, string>> = {
  sysext: '.systemd-sysext/extensions',
  confext: '.systemd-confext/confexts',
}
const TOP: Readonly<Record<ExtensionClass, string>> = { sysext: 'usr', confext: 'etc' }

/** One line: the case, how the tool ended, and the names of what it merged. `look`: further lines while it is merged. */
const mergeLines = (name: string, kind: ExtensionClass, look = ''): string => `
  status=0; ${TOOL[kind]} --no-reload --root=/mnt/${name} merge >/mnt/log 2>&1 || status=$?
  echo "${name}:$status:$(cat /mnt/${name}/${TOP[kind]}/${MERGED[kind]} 2>/dev/null | tr '\\n' ' ')"
  ${look}
  ${TOOL[kind]} --no-reload --root=/mnt/${name} unmerge >/dev/null 2>&1 || :`

const readVerdicts = (
  said: string,
): ReadonlyMap<string, { readonly status: number; readonly names: readonly string[] }> =>
  new Map(
    said
      .split('\n')
      .filter((line) => /^[a-z0-9-]+:\d+:/.test(line))
      .map((line) => {
        const [name = '', status = '', names = ''] = line.split(':')
        return [name, { status: Number(status), names: names.split(' ').filter((one) => one !== '') }]
      }),
  )

describe('one thing at a time', () => {
  const named = CASES.map((one, index) => ({ id: `case-${index}`, one }))
  let verdicts: ReturnType<typeof readVerdicts> = new Map()

  beforeAll(() => {
    const lines = named.map(({ id, one }) => {
      plant(join(dir, id), one)
      const kind = one.kind ?? 'sysext'
      return `(cd /mnt/${id}/${SEARCHED[kind]}; ${one.after ?? ':'})\n${mergeLines(id, kind)}`
    })
    verdicts = readVerdicts(inImage(dir, [SHARED, ...lines].join('\n')))
  }, 180_000)

  const verdictOf = (id: string): ExtensionCase['verdict'] => {
    const found = verdicts.get(id)
    if (found === undefined) throw new Error(`nothing was said of ${id}`)
    if (found.status !== 0) return 'abort'
    return found.names.length > 0 ? 'merged' : 'ignored'
  }

  const errorsOf = (id: string, { kind = 'sysext' }: ExtensionCase): string => {
    const root = join(dir, id)
    const hasId = /^ID=/m.test(readFileSync(join(root, 'usr/lib/os-release'), 'utf8'))
    const { list } = verifyPath(host, join(root, SEARCHED[kind]), {
      as: 'extensions',
      base: hasId ? readBase(host, root) : { ...readBase(host, root) },
    })
    const errors = list.filter(({ severity }) => severity === 'error')
    return errors.map(({ rule, message }) => `${rule.id} ${message}`).join('\n')
  }

  test.each(named.map(({ id, one }) => [one.name, id, one] as const))('%s', (_, id, one) => {
    expect(verdictOf(id)).toBe(one.verdict)
    const isRefused = errorsOf(id, one) !== ''
    const agrees = isRefused === (one.verdict !== 'merged')
    expect(agrees ? 'agrees' : `differs: ${errorsOf(id, one)}`).toBe(
      one.differs === undefined ? 'agrees' : `differs: ${errorsOf(id, one)}`,
    )
  })
})

const product = <T extends Readonly<Record<string, readonly string[]>>>(axes: T): readonly string[] =>
  Object.entries(axes).reduce<readonly string[]>(
    (lines, [key, values]) =>
      lines.flatMap((before) => values.map((value) => (value === '-' ? before : `${before}${key}=${value}\n`))),
    [''],
  )

/** `-`: the key is not there. */
const hostsOf = (level: string): readonly string[] =>
  product({ ID: ['bb', 'zz'], ID_LIKE: ['-', '"aa bb"'], VERSION_ID: ['-', '1.0'], [level]: ['-', '1', '2'] })

const extensionsOf = (level: string, scope: string): readonly string[] =>
  product({
    ID: ['-', 'bb', 'yy', '_any'],
    VERSION_ID: ['-', '1.0', '1.0.0'],
    [level]: ['-', '1'],
    [scope]: ['-', '"system initrd"', 'portable', ''],
    ARCHITECTURE: ['-', 'x86-64', 'arm64', '_any', 'amd64'],
  })

const valuesOf = (text: string) => {
  const parsed = parseOsRelease(text)
  if ('error' in parsed) throw new Error(parsed.error)
  return parsed.values
}

describe.each(['sysext', 'confext'] as const)('every host with every %s', (kind) => {
  const hosts = hostsOf(`${kind.toUpperCase()}_LEVEL`)
  const extensions = extensionsOf(`${kind.toUpperCase()}_LEVEL`, `${kind.toUpperCase()}_SCOPE`)
  const merged = new Map<number, ReadonlySet<string>>()

  beforeAll(() => {
    const shelf = join(dir, `shelf-${kind}`)
    for (const [index, text] of extensions.entries()) {
      const file = join(shelf, `e${index}`, `${RELEASE[kind]}.e${index}`)
      mkdirSync(join(file, '..'), { recursive: true })
      // Each has something to say, so that none is empty.
      writeFileSync(file, `NAME=x\n${text}`)
    }
    const lines = hosts.map((text, index) => {
      const root = join(dir, `${kind}-${index}`)
      for (const path of ['usr/lib', 'etc', 'opt', SEARCHED[kind]]) mkdirSync(join(root, path), { recursive: true })
      writeFileSync(join(root, 'usr/lib/os-release'), text)
      return `mount --bind /mnt/shelf-${kind} /mnt/${kind}-${index}/${SEARCHED[kind]}${mergeLines(`${kind}-${index}`, kind)}`
    })
    const verdicts = readVerdicts(inImage(dir, [SHARED, ...lines].join('\n')))
    for (const index of hosts.keys()) {
      const found = verdicts.get(`${kind}-${index}`)
      if (found?.status !== 0) throw new Error(`${hosts[index]}: ${found?.status}`)
      merged.set(index, new Set(found.names))
    }
  }, 180_000)

  test(`${hosts.length} times ${extensions.length}: the same ones fit`, () => {
    const differences: string[] = []
    for (const [at, base] of hosts.entries())
      for (const [index, extension] of extensions.entries()) {
        const fits = mismatches(valuesOf(extension), valuesOf(base), kind, 'x86-64').length === 0
        if (fits !== merged.get(at)?.has(`e${index}`)) differences.push(`${base}---\n${extension}`)
      }
    expect(differences).toEqual([])
    // Neither all nor none of them, or nothing was shown.
    const fitting = [...merged.values()].reduce((count, names) => count + names.size, 0)
    expect(fitting).toBeGreaterThan(100)
    expect(fitting).toBeLessThan((hosts.length * extensions.length) / 2)
  })
})

describe('what is taken in silence, and what comes of it', () => {
  const effects = new Map<string, string>()
  const say = (name: string, line: string): string => `echo "effect ${name}=$(${line} 2>&1 | tr '\\n' ' ')"`
  const any = 'ID=_any\n'

  beforeAll(() => {
    const sysext: ExtensionCase = {
      name: '',
      verdict: 'merged',
      files: {
        'a/usr/lib/extension-release.d/extension-release.a': any,
        'a/etc/x': 'x',
        'a/usr/sbin/own': 'x',
        'a/usr/share/a/x': 'x',
      },
      base: { 'usr/bin/tool': 'x', 'usr/sbin': '-> bin', 'usr/share/base': 'x' },
    }
    const confext: ExtensionCase = {
      name: '',
      kind: 'confext',
      verdict: 'merged',
      files: {
        'a/etc/extension-release.d/extension-release.a': any,
        'a/etc/os-release': 'ID=other\n',
        'a/etc/run.sh': '#!/bin/sh\necho ran\n',
      },
    }
    plant(join(dir, 'effects-sysext'), sysext)
    plant(join(dir, 'effects-confext'), confext)
    const [s, c] = ['/mnt/effects-sysext', '/mnt/effects-confext']
    const lookS = [
      say('etc', `ls ${s}/etc/x`),
      say('sbin', `ls ${s}/usr/sbin`),
      say('share', `stat -c %a:%u ${s}/usr/share`),
      say('usr', `stat -c %a:%u ${s}/usr`),
      say('gone', `ls ${s}/usr/share/gone`),
    ].join('\n')
    const lookC = [
      say('identity', `cat ${c}/etc/os-release`),
      say('run', `env ${c}/etc/run.sh`),
      say('options', `findmnt -n -o OPTIONS ${c}/etc`),
    ].join('\n')
    const prepare = `
      chmod 0700 ${s}/var/lib/extensions/a/usr/share ${s}/var/lib/extensions/a/usr
      chown 1000 ${s}/var/lib/extensions/a/usr/share ${s}/var/lib/extensions/a/usr
      mknod ${s}/var/lib/extensions/a/usr/share/gone c 0 0
      chmod 0755 ${c}/var/lib/confexts/a/etc/run.sh`
    const said = inImage(
      dir,
      [
        SHARED,
        prepare,
        mergeLines('effects-sysext', 'sysext', lookS),
        mergeLines('effects-confext', 'confext', lookC),
      ].join('\n'),
    )
    for (const [, name = '', value = ''] of said.matchAll(/^effect (\w+)=(.*)$/gm)) effects.set(name, value)
  }, 60_000)

  const errors = (path: string): readonly string[] => {
    const root = join(dir, path.split('/')[0] as string)
    const { list } = verifyPath(host, join(dir, path), { base: readBase(host, root) })
    return list.filter(({ severity }) => severity === 'error').map(({ rule }) => rule.id)
  }

  test.each([
    ['SYSEXT-01', 'etc', /No such file/],
    ['SYSEXT-06', 'sbin', /^own $/],
    ['SYSEXT-07', 'share', /^700:1000 $/],
    ['SYSEXT-09', 'gone', /No such file/],
  ])('%s: %s', (rule, effect, expected) => {
    expect(effects.get(effect)).toMatch(expected)
    expect(errors('effects-sysext/var/lib/extensions/a')).toContain(rule)
  })
  test('of /usr itself mode and owner are those of the host', () => {
    expect(effects.get('usr')).toBe('755:0 ')
  })
  test.each([
    ['CONFEXT-04', 'identity', /^ID=other $/],
    ['CONFEXT-06', 'run', /Permission denied/],
    ['CONFEXT-06', 'options', /nosuid.*noexec/],
  ])('%s: %s', (rule, effect, expected) => {
    expect(effects.get(effect)).toMatch(expected)
    expect(errors('effects-confext/var/lib/confexts/a')).toContain(rule)
  })
})
