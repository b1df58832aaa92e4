import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { verifyPath } from '../../lib/compliance/verify.ts'
import { memoryHost } from '../../lib/host/memory.ts'
import { parseConstraint, satisfies } from '../../lib/systemd/constraint.ts'
import { parseSize } from '../../lib/tenant/values.ts'
import { inImage } from './in-image.ts'
import { NETWORK_CASES, NETWORK_DIFFERENCES, NSPAWN_CASES } from './layout-cases.ts'

/** What metadata and settings mean, as we read them and as systemd's own programs do. */

const dir = mkdtempSync('/var/tmp/bitbuilder-layout-')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

test('constraints are those of ConditionVersion=', () => {
  const versions = [
    '262',
    '262.0',
    '262~rc1',
    '262^1',
    '262-1',
    '261',
    '263',
    '26',
    '262a',
    '0262',
    '262.1',
    '1',
    '999',
  ]
  const operators = ['>=', '>', '<=', '<', '=', '==', '!=', '<>']
  const terms = operators.flatMap((operator) => versions.map((version) => operator + version))
  const pairs = terms.map((term, index) => `${term} ${terms[(index * 37 + 11) % terms.length]}`)
  const all = [...terms, ...terms.slice(0, 20).map((term) => term.replace(/(?=[0-9])/, ' ')), ...pairs]
  writeFileSync(join(dir, 'constraints'), text(all))
  const script =
    'while IFS= read -r line; do systemd-analyze condition "ConditionVersion=systemd$line" >/dev/null 2>&1 && echo 1 || echo 0; done <constraints'
  const theirs = inImage(dir, script).trim().split('\n')
  const ours = all.map((line) => {
    const constraint = parseConstraint(line)
    return typeof constraint === 'string' ? 'none' : satisfies('262', constraint) ? '1' : '0'
  })
  expect(all.map((line, index) => `${line}: ${ours[index]}`)).toEqual(
    all.map((line, index) => `${line}: ${theirs[index]}`),
  )
})

/** What systemd takes and we do not: a share of the memory, no limit, a sign, a number that ends in a dot, more digits than anybody
 * writes, and some bytes beside petabytes, which cannot be counted exactly. */
const OTHER_SIZES = /%|infinity|\+|\.(?![0-9])|[0-9]{16}|\.[0-9]{7}|[PE].*[0-9]/

test('sizes are those of MemoryMax=', () => {
  const random = fc.sample(
    fc.string({ unit: fc.constantFrom(...'0123456789..BKMGTPEgk %'), minLength: 1, maxLength: 8 }),
    {
      numRuns: 1500,
      seed: 7,
    },
  )
  const known = [
    '2G',
    '1.5G',
    '1G 500M',
    '1G500M',
    '2 G',
    '2g',
    '2GB',
    '2GiB',
    '-1',
    '16E',
    '15E',
    '1M 1G',
    '1B 1',
    '0',
    '1K 1K',
  ]
  const all = [...new Set([...known, ...random.map((one) => one.trim())])].filter(
    (one) => one !== '' && !OTHER_SIZES.test(one),
  )
  const head = ['[Unit]', 'Description=Sizes', '[Service]', 'ExecStart=/bin/true']
  writeFileSync(join(dir, 'sizes.service'), text([...head, ...all.map((one) => `MemoryMax=${one}`)]))
  const said = inImage(dir, 'systemd-analyze verify ./sizes.service 2>&1 || true')
  const refused = new Set(
    [...said.matchAll(/sizes\.service:([0-9]+): /g)].map(([, line]) => all[Number(line) - head.length - 1]),
  )
  expect(refused.size).toBeGreaterThan(100)
  expect(all.filter((one) => parseSize(one) === undefined)).toEqual(all.filter((one) => refused.has(one)))
})

/** `FILE:LINE` of all that our rules find in the files of a directory; `FILE` where it is the whole. */
const oursIn = (files: Readonly<Record<string, readonly string[]>>, as: string): readonly string[] =>
  Object.entries(files).flatMap(([name, lines]) => {
    const { list } = verifyPath(memoryHost({ [`/n/${name}`]: text(lines) }), `/n/${name}`, { as, mode: 'instance' })
    return list.map(({ at: { line } }) => (line === 0 ? name : `${name}:${line}`))
  })

const sorted = (places: readonly string[]): readonly string[] => [...new Set(places)].sort()

test('network files are judged as by systemd-networkd', () => {
  const files = join(dir, 'network')
  mkdirSync(files)
  for (const [name, lines] of Object.entries(NETWORK_CASES)) writeFileSync(join(files, name), text(lines))
  const said = inImage(
    dir,
    `chgrp systemd-network network/*; chmod 640 network/*.netdev; mount --bind network /etc/systemd/network; mount -t tmpfs tmpfs /usr/lib/systemd/network
    install -d -o systemd-network -g systemd-network /run/systemd/netif
    SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console timeout 5 unshare --net /usr/lib/systemd/systemd-networkd 2>&1 || true`,
  )
  expect(said).toContain('Loaded.')
  const about = said
    .split('\n')
    .filter(
      (line) =>
        line.includes('/etc/systemd/network/') &&
        !/Successfully loaded|Skipping|already configured|Found matching/.test(line),
    )
  const theirs = about.map((line) => {
    const [, name = '', number] = /\/etc\/systemd\/network\/([a-z0-9]+\.[a-z]+)(?::([0-9]+):)?/.exec(line) ?? []
    return number === undefined ? name : `${name}:${number}`
  })
  const fileOf = (place: string): string => place.replace(/:.*$/, '')
  // That a whole file is ignored follows from a line of it.
  const covers = (all: readonly string[], place: string): boolean =>
    all.includes(place) ||
    (all.some((one) => fileOf(one) === fileOf(place)) && (!place.includes(':') || all.includes(fileOf(place))))
  const differ = (one: readonly string[], other: readonly string[]): readonly string[] =>
    one.filter((place) => !covers(other, place) && NETWORK_DIFFERENCES[place] === undefined)
  const [a, b] = [sorted(oursIn(NETWORK_CASES, 'network-files')), sorted(theirs)]
  expect({ ours: differ(a, b), theirs: differ(b, a) }).toEqual({ ours: [], theirs: [] })
  expect(a.length).toBeGreaterThan(70)
})

describe('settings for containers', () => {
  test('are judged as by systemd-nspawn', () => {
    const script = NSPAWN_CASES.map((_, index) => {
      const file = `/run/systemd/nspawn/t.nspawn`
      return `echo FILE ${index}; cp ${index}.nspawn ${file}; systemd-nspawn --settings=trusted --register=no --keep-unit -M t -D /run/t 2>&1 || true`
    })
    for (const [index, lines] of NSPAWN_CASES.entries()) writeFileSync(join(dir, `${index}.nspawn`), text(lines))
    const said = inImage(dir, ['mkdir -p /run/systemd/nspawn /run/t/usr /run/t/etc', ...script].join('\n'))
    let file = ''
    const theirs: string[] = []
    for (const line of said.split('\n')) {
      file = /^FILE (\d+)/.exec(line)?.[1] ?? file
      const number = /t\.nspawn:([0-9]+): /.exec(line)?.[1]
      if (number !== undefined) theirs.push(`${file}.nspawn:${number}`)
    }
    const files = Object.fromEntries(NSPAWN_CASES.map((lines, index) => [`${index}.nspawn`, lines]))
    const ours = Object.entries(files).flatMap(([name, lines]) => {
      const host = memoryHost({ [`/etc/systemd/nspawn/${name}`]: text(lines) })
      return verifyPath(host, `/etc/systemd/nspawn/${name}`, { as: 'nspawn' }).list.map(
        ({ at: { line } }) => `${name}:${line}`,
      )
    })
    expect(sorted(ours)).toEqual(sorted(theirs))
  })
})
