import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entryId, filesOf, parseCounter, parseEntry } from '../../lib/compliance/boot/entry.ts'
import { peKind } from '../../lib/compliance/boot/pe-file.ts'
import { partitionType, typeName } from '../../lib/compliance/ddi/types.ts'
import { type Verified, verifyPath } from '../../lib/compliance/verify.ts'
import type { ReadAt } from '../../lib/formats/bytes.ts'
import { type Pe, parsePe } from '../../lib/formats/pe.ts'
import { parseVerity, rootHash } from '../../lib/formats/verity.ts'
import { nodeHost } from '../../lib/host/node.ts'
import { peFile } from '../support/pe-writer.ts'
import { inImage } from './in-image.ts'

/** What boots, as we read it and as systemd's own tools do: ukify, bootctl, systemd-id128, veritysetup. */

const dir = mkdtempSync('/var/tmp/bitbuilder-boot-')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const file = (name: string): Buffer => readFileSync(join(dir, name))
const reader =
  (bytes: Uint8Array): ReadAt =>
  (offset, length) =>
    bytes.subarray(offset, offset + length)
const pe = (name: string): Pe | undefined => parsePe(reader(file(name)), file(name).length)
const verify = (path: string, as?: string): Verified => verifyPath(nodeHost('/'), join(dir, path), { as })
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

describe('PE files', () => {
  /** Made on this side: what no tool makes. */
  const OWN: Readonly<Record<string, Uint8Array>> = {
    'random.efi': Uint8Array.from({ length: 5000 }, (_, index) => (index * 197 + 31) % 256),
    'text.efi': Buffer.from('MZ is not enough\n'),
    'empty.efi': new Uint8Array(),
    'no-osrel.efi': peFile({ sections: [['.linux', 'MZ']] }),
    'no-linux.efi': peFile({ sections: [['.osrel', 'ID=x\n']] }),
    'initrd.efi': peFile({ sections: [['.initrd', '070701']] }),
    'ucode.efi': peFile({ sections: [['.ucode', '070701']] }),
    'dtb.efi': peFile({ sections: [['.dtb', 'x']] }),
    'driver.efi': peFile({
      subsystem: 11,
      sections: [
        ['.linux', 'MZ'],
        ['.osrel', 'ID=x\n'],
      ],
    }),
    'many.efi': peFile({
      count: 65535,
      sections: [
        ['.linux', 'MZ'],
        ['.osrel', 'ID=x\n'],
      ],
    }),
    'twice.efi': peFile({
      sections: [
        ['.linux', 'MZ'],
        ['.linux', 'MZ'],
        ['.osrel', 'ID=x\n'],
        ['.osrel', 'ID=x\n'],
      ],
    }),
    'beyond.efi': peFile({
      sections: [
        ['.osrel', 'ID=x\n'],
        ['.linux', 5000],
      ],
      length: 6000,
    }),
    'headers.efi': peFile({
      sections: [
        ['.linux', 'MZ'],
        ['.osrel', 'ID=x\n'],
      ],
      length: 300,
    }),
  }
  const MADE = ['kernel.efi', 'uki.efi', 'profiles.efi', 'debug.addon.efi', 'boot.efi', 'stub.efi', 'cut.efi']

  beforeAll(() => {
    for (const [name, bytes] of Object.entries(OWN)) writeFileSync(join(dir, name), bytes)
    writeFileSync(join(dir, 'osrel'), 'ID=tenant\nVERSION_ID=1.0\nNAME=Tenant\n')
    writeFileSync(join(dir, 'initrd'), Buffer.alloc(5000, '070701'))
    inImage(
      dir,
      `cp /boot/vmlinuz-* kernel.efi; cp /usr/lib/systemd/boot/efi/systemd-bootx64.efi boot.efi
       cp /usr/lib/systemd/boot/efi/linuxx64.efi.stub stub.efi
       common="--linux=kernel.efi --initrd=initrd --os-release=@osrel --uname=6.12.0"
       ukify build --cmdline=debug --stub=/usr/lib/systemd/boot/efi/addonx64.efi.stub --output=debug.addon.efi
       ukify build --profile='ID=rescue' --cmdline='single' --output=rescue.efi
       ukify build $common --cmdline='quiet root=LABEL=x' --output=uki.efi
       ukify build $common --cmdline='quiet' --join-profile=rescue.efi --output=profiles.efi`,
    )
    writeFileSync(join(dir, 'cut.efi'), file('uki.efi').subarray(0, 1 << 20))
  })

  test.each(['uki.efi', 'profiles.efi', 'debug.addon.efi'])('%s has the sections that ukify finds in it', (name) => {
    type Found = Readonly<Record<string, { readonly size: number; readonly sha256: string }>>
    const { _profiles = [], ...base } = JSON.parse(
      inImage(dir, `ukify inspect ${name} --all --json=short`),
    ) as Found & {
      readonly _profiles?: readonly Found[]
    }
    const bytes = file(name)
    const ours = (pe(name)?.sections ?? []).map(({ name: section, offset, size }) => [
      section,
      {
        size,
        sha256: createHash('sha256')
          .update(bytes.subarray(offset, offset + size))
          .digest('hex'),
      },
    ])
    const theirs = [base, ..._profiles].flatMap((one) =>
      Object.entries(one).map(([section, { size, sha256 }]) => [section, { size, sha256 }]),
    )
    expect(ours).toEqual(theirs)
    expect(theirs.length).toBeGreaterThan(2)
  })

  test('are what bootctl takes them for', () => {
    const names = [...MADE, ...Object.keys(OWN)]
    const script = names.map((name) => `echo "${name} $(bootctl kernel-identify ${name} 2>/dev/null || echo unknown)"`)
    const theirs = Object.fromEntries(lines(inImage(dir, script.join('\n'))).map((line) => line.split(' ')))
    const ours = Object.fromEntries(
      names.map((name) => {
        const parsed = pe(name)
        return [name, parsed === undefined || parsed.problems.length > 0 ? 'unknown' : peKind(parsed)]
      }),
    )
    expect(ours).toEqual(theirs)
    expect(new Set(Object.values(theirs))).toEqual(new Set(['uki', 'addon', 'pe', 'unknown']))
  })

  test('a kernel image of ukify has nothing wrong', () => {
    expect(verify('uki.efi').list).toEqual([])
    expect(verify('profiles.efi').list).toEqual([])
    expect(verify('boot.efi', 'efi').list).toEqual([])
  })
})

describe('entries', () => {
  const PLAIN = 'title A\nlinux /vmlinuz\n'
  const ENTRIES: Readonly<Record<string, string>> = {
    'plain.conf': 'title Plain\nversion 1.0\nsort-key plain\nlinux /vmlinuz\ninitrd /initrd\noptions quiet\n',
    'tabs.conf': '\ttitle\tTabs  \n  # comment\n\n\tlinux\t /vmlinuz\t\noptions  a   b \n',
    'options.conf': `${PLAIN}options\noptions a\noptions b c\n`,
    'initrds.conf': `${PLAIN}initrd /initrd\ninitrd initrd\n`,
    'overlays.conf': `${PLAIN}devicetree /dtb\ndevicetree-overlay /o1 /o2\ndevicetree-overlay\n`,
    'extras.conf': `${PLAIN}extra /a.cred /b.sysext.raw\nextra /c.confext.raw\nextra /d.addon.efi\n`,
    'tries+3.conf': PLAIN,
    'tries+3-0.conf': PLAIN,
    'tries+0-12.conf': PLAIN,
    'plus+x.conf': PLAIN,
    'A_b.c-d+e.conf': PLAIN,
    'url.conf': 'title Url\nuki-url https://example.com/a.efi\nprofile 3\n',
    'efi.conf': 'title Efi\nefi /vmlinuz\n',
    'nothing.conf': 'title Nothing\noptions a\n',
    'empty.conf': '',
    'missing.conf': 'title Missing\nlinux /not-there\n',
    'dots.conf': 'title Dots\nlinux /a/./vmlinuz\ninitrd /../initrd\n',
    'slash.conf': 'title Slash\nlinux /vmlinuz/\n',
    'crlf.conf': 'title Crlf\r\nlinux /vmlinuz\r\n',
    'unknown.conf': `${PLAIN}kernel /vmlinuz\n`,
    'machine.conf': `${PLAIN}machine-id zz\n`,
    'architecture.conf': `${PLAIN}architecture x86_64\n`,
    'profile.conf': `${PLAIN}profile first\n`,
    'negative.conf': `${PLAIN}profile -1\n`,
    'at@sign.conf': PLAIN,
    'with blank.conf': PLAIN,
    'umlaut-ä.conf': PLAIN,
    'bytes.conf.txt': PLAIN,
  }

  interface Listed {
    readonly type: string
    readonly id: string
    readonly path: string
    readonly linux?: string
    readonly efi?: string
    readonly initrd?: readonly string[]
    readonly options?: string
    readonly extras?: readonly string[]
    readonly triesLeft?: number
    readonly triesDone?: number
  }

  const listed = (): readonly Listed[] => {
    mkdirSync(join(dir, 'esp/loader/entries'), { recursive: true })
    mkdirSync(join(dir, 'empty'), { recursive: true })
    writeFileSync(join(dir, 'esp/vmlinuz'), 'MZ kernel')
    writeFileSync(join(dir, 'esp/initrd'), '070701')
    for (const [name, text] of Object.entries(ENTRIES)) writeFileSync(join(dir, 'esp/loader/entries', name), text)
    const relaxed = 'SYSTEMD_RELAX_ESP_CHECKS=1 SYSTEMD_RELAX_XBOOTLDR_CHECKS=1'
    const list = 'bootctl --esp-path=/mnt/esp --boot-path=/mnt/empty --json=short list 2>/dev/null'
    return JSON.parse(inImage(dir, `${relaxed} ${list}`))
  }

  /** Of our reading what bootctl shows, as it shows it. */
  const ours = (name: string): Partial<Listed> => {
    const parsed = parseEntry(ENTRIES[name] ?? '')
    const files = (key: string): readonly string[] =>
      parsed
        .filter((line) => line.key === key)
        .flatMap(filesOf)
        .map((path) => (path.startsWith('/') ? path : `/${path}`))
    const options = parsed.filter(({ key, value }) => key === 'options' && value !== '').map(({ value }) => value)
    const counter = parseCounter(name, '.conf')
    const initrd = files('initrd')
    // Addons are listed apart.
    const extras = files('extra').filter((path) => !path.endsWith('.addon.efi'))
    return {
      id: entryId(name, '.conf'),
      ...(files('linux').length === 0 ? {} : { linux: files('linux').at(-1) as string }),
      ...(files('efi').length === 0 ? {} : { efi: files('efi').at(-1) as string }),
      ...(initrd.length === 0 ? {} : { initrd }),
      ...(options.length === 0 ? {} : { options: options.join(' ') }),
      ...(extras.length === 0 ? {} : { extras }),
      ...(counter === undefined ? {} : { triesLeft: Number(counter.left) }),
      ...(counter?.done === undefined ? {} : { triesDone: Number(counter.done) }),
    }
  }

  /** Paths that bootctl makes good, or leaves out, as it reads: for us they are findings. */
  const NOT_COMPARED = ['dots.conf', 'slash.conf']

  /** Refused by us and listed by bootctl, which does not ask; the reason is that of the rule. */
  const REFUSED: Readonly<Record<string, string>> = {
    'nothing.conf': 'BOOT-08',
    'empty.conf': 'BOOT-08',
    'missing.conf': 'BOOT-09',
    'overlays.conf': 'BOOT-09',
    'extras.conf': 'BOOT-09',
    'dots.conf': 'BOOT-09',
    'slash.conf': 'BOOT-09',
    'crlf.conf': 'BOOT-07',
    'machine.conf': 'BOOT-10',
    'architecture.conf': 'BOOT-11',
    'at@sign.conf': 'BOOT-05',
  }

  const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

  test('are read as bootctl reads them', () => {
    const theirs = listed().filter(({ type }) => type === 'type1')
    for (const { path, id, linux, efi, initrd, options, extras, triesLeft, triesDone } of theirs) {
      const name = nameIn(path)
      if (NOT_COMPARED.includes(name)) continue
      const shown = Object.entries({ id, linux, efi, initrd, options, extras, triesLeft, triesDone })
      expect([name, Object.fromEntries(shown.filter(([, value]) => value !== undefined))]).toEqual([name, ours(name)])
    }
    const listedNames = theirs.map(({ path }) => nameIn(path))
    const errors = verify('esp', 'boot').list.filter(({ severity }) => severity === 'error')
    for (const name of Object.keys(ENTRIES).filter((one) => one.endsWith('.conf'))) {
      const rules = [...new Set(errors.filter(({ path }) => nameIn(path) === name).map(({ rule }) => rule.id))]
      if (listedNames.includes(name)) expect([name, rules.join(' ')]).toEqual([name, REFUSED[name] ?? ''])
      else expect([name, rules.length]).not.toEqual([name, 0])
    }
  })
})

test('partition types are those that systemd knows', () => {
  const known = JSON.parse(inImage(dir, 'systemd-id128 show --json=short')) as readonly { name: string; id: string }[]
  const byUuid = new Map<string, string[]>()
  for (const { name, id } of known) {
    const uuid = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    byUuid.set(uuid, [...(byUuid.get(uuid) ?? []), name])
  }
  expect(byUuid.size).toBeGreaterThan(130)
  for (const [uuid, names] of byUuid) {
    const type = partitionType(uuid)
    expect([names, type === undefined ? undefined : names.includes(typeName(type))]).toEqual([names, true])
  }
})

describe('verity', () => {
  test.each([1, 2, 128, 129, 300])('of %i blocks has the root hash that veritysetup says', (blocks) => {
    const data = Uint8Array.from({ length: blocks * 4096 }, (_, index) => (index * 31 + (index >> 12)) % 251)
    writeFileSync(join(dir, 'data'), data)
    const said = inImage(dir, 'rm -f tree; veritysetup format data tree')
    const verity = parseVerity(reader(file('tree')))
    if (verity === undefined) throw new Error('no superblock')
    expect(rootHash(verity, reader(data), reader(file('tree')))).toBe(/Root hash:\s+(\S+)/.exec(said)?.[1])
    expect(verity).toMatchObject({ version: 1, hashType: 1, algorithm: 'sha256', dataBlocks: blocks })
  })
})
