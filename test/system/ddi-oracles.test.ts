import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyPath } from '../../lib/compliance/verify.ts'
import { type Gpt, parseGpt } from '../../lib/formats/gpt.ts'
import { nodeHost } from '../../lib/host/node.ts'
import { type Definition, NO_BACKUP, ROWS, type Row } from './ddi-images.ts'
import { inImage } from './in-image.ts'

/** Disk images that systemd-repart makes, as we read them, sfdisk reads them, and systemd-dissect takes or refuses them. */

const dir = mkdtempSync('/var/tmp/bitbuilder-ddi-')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const definitionText = ([type, ...more]: Definition): string => `[Partition]\nType=${type}\n${more.join('\n')}\n`

const scriptFor = ({ name, partitions, after, sectorSize }: Row): string => {
  const definitions = join(dir, `${name}.d`)
  mkdirSync(definitions)
  partitions.forEach((partition, index) => {
    writeFileSync(join(definitions, `${10 + index}.conf`), definitionText(partition))
  })
  const sector = sectorSize === undefined ? '' : `--sector-size=${sectorSize}`
  return `
    systemd-repart --offline=yes --empty=create --size=auto --dry-run=no --seed=00000000-0000-4000-8000-000000000001 \\
      --definitions=${name}.d --private-key=key.pem --certificate=cert.pem ${sector} ${name} >repart.log 2>&1 || { cat repart.log >&2; exit 1; }
    set -- ${name}; ${after ?? ':'}
    if systemd-dissect --validate "$1" >dissect.log 2>&1; then result=ok; else result=refused; fi
    echo "$1 $result $(tail -n1 dissect.log)"
    sfdisk -J ${sector} "$1" >"$1.json" 2>/dev/null || true`
}

const gptOf = (name: string): Gpt => {
  const bytes = readFileSync(join(dir, name))
  const gpt = parseGpt((offset, length) => bytes.subarray(offset, offset + length), bytes.length)
  if (gpt === undefined) throw new Error(`${name} has no partition table`)
  return gpt
}

const verdicts = new Map<string, string>()

beforeAll(() => {
  mkdirSync(join(dir, 'tree/usr/lib'), { recursive: true })
  writeFileSync(join(dir, 'tree/usr/lib/os-release'), 'ID=t\nVERSION_ID=1\n')
  // Data of a single block has no hash tree.
  writeFileSync(join(dir, 'tree/usr/lib/data'), randomBytes(100_000))
  const prepare =
    'openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=test -days 2 2>/dev/null'
  const said = inImage(dir, [prepare, ...ROWS.map(scriptFor)].join('\n'))
  for (const line of said.split('\n')) verdicts.set(line.split(' ')[0] as string, line)
}, 120_000)

const errorsOf = (name: string): string => {
  const { list } = verifyPath(nodeHost('/'), join(dir, name), { as: 'ddi' })
  const errors = list.filter(({ severity, rule }) => severity === 'error' && rule.id.startsWith('DDI-'))
  return [...new Set(errors.map(({ rule }) => rule.id))].sort().join(' ')
}

describe('images of systemd-repart', () => {
  test.each(ROWS.map((row) => [row.about, row] as const))('%s', (_, { name, ours, theirs, because }) => {
    expect(errorsOf(name)).toBe(ours)
    expect(verdicts.get(name)).toMatch(theirs ? / ok/ : / refused/)
    // A difference has a reason, and a reason a difference.
    expect(because === undefined).toBe((ours === '') === theirs)
  })

  interface Sfdisk {
    readonly partitiontable: {
      readonly sectorsize: number
      readonly partitions: readonly {
        readonly node: string
        readonly start: number
        readonly size: number
        readonly type: string
        readonly uuid: string
        readonly name?: string
        readonly attrs?: string
      }[]
    }
  }

  const shown = ({ partitions }: Gpt): readonly unknown[] =>
    partitions.map(({ number, first, last, type, uuid, label, flags: { growFs, readOnly, noAuto } }) => ({
      number,
      start: first,
      size: last - first + 1,
      type: type.toUpperCase(),
      uuid: uuid.toUpperCase(),
      name: label,
      flags: [...(growFs ? ['59'] : []), ...(readOnly ? ['60'] : []), ...(noAuto ? ['63'] : [])].join(','),
    }))

  test.each(ROWS.filter(({ because }) => because !== NO_BACKUP).map(({ name }) => name))(
    '%s is read as sfdisk reads it',
    (name) => {
      const said = JSON.parse(readFileSync(join(dir, `${name}.json`), 'utf8')) as Sfdisk
      const { sectorsize, partitions } = said.partitiontable
      const gpt = gptOf(name)
      expect(gpt.problems).toEqual([])
      expect(gpt.sectorSize).toBe(sectorsize)
      expect(shown(gpt)).toEqual(
        partitions.map(({ node, start, size, type, uuid, name: label = '', attrs = '' }) => ({
          number: Number(node.slice(node.lastIndexOf(name) + name.length)),
          start,
          size,
          type,
          uuid,
          name: label,
          flags: attrs.replace('GUID:', ''),
        })),
      )
    },
  )
})
