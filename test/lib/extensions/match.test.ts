import { expect, test } from 'vitest'
import { mismatches } from '../../../lib/extensions/match.ts'
import { checkTree } from '../../../lib/extensions/release.ts'
import { memoryHost } from '../../../lib/host/memory.ts'
import { parseOsRelease } from '../../../lib/systemd/os-release.ts'

const release = (text: string) => {
  const parsed = parseOsRelease(text.replaceAll(' | ', '\n'))
  if ('error' in parsed) throw new Error(parsed.error)
  return parsed.values
}

const BASE = 'ID=debian | ID_LIKE="mother father" | VERSION_ID=13'

// Rule, class, extension-release, os-release of the base, and why it does not fit. Source: os-release(5) on
// extension-release, UAPI.4 "Extension Images", and what systemd-sysext of systemd 262 takes.
test.each([
  ['EXTREL-07', 'sysext', 'ID=debian | VERSION_ID=13', BASE, undefined],
  ['EXTREL-07', 'sysext', 'ID=father | VERSION_ID=13', BASE, undefined],
  ['EXTREL-07', 'sysext', 'ID=fedora | VERSION_ID=13', BASE, "is for 'fedora', the base is 'debian'"],
  ['EXTREL-07', 'sysext', 'ID=fath | VERSION_ID=13', BASE, "is for 'fath', the base is 'debian'"],
  ['EXTREL-07', 'sysext', 'VERSION_ID=13', BASE, 'names no ID'],
  ['EXTREL-07', 'sysext', 'ID= | VERSION_ID=13', BASE, 'names no ID'],
  ['EXTREL-07', 'sysext', 'ID=_any', BASE, undefined],
  // systemd-sysext(8) merges nothing at all then.
  ['EXTREL-07', 'sysext', 'ID=linux', 'NAME=x', "is for 'linux', the base names no ID in its os-release"],
  ['EXTREL-07', 'sysext', 'ID=_any', 'NAME=x', "is for '_any', the base names no ID in its os-release"],
  ['EXTREL-08', 'sysext', 'ID=debian | VERSION_ID=12', BASE, "is for version '12', the base has '13'"],
  ['EXTREL-08', 'sysext', 'ID=debian | VERSION_ID=13.0', BASE, "is for version '13.0', the base has '13'"],
  ['EXTREL-08', 'sysext', 'ID=debian', BASE, 'names no VERSION_ID, the base has 13'],
  ['EXTREL-08', 'sysext', 'ID=debian', 'ID=debian', undefined],
  ['EXTREL-08', 'sysext', 'ID=debian | VERSION_ID=7', 'ID=debian', undefined],
  ['EXTREL-08', 'sysext', 'ID=debian | SYSEXT_LEVEL=1 | VERSION_ID=12', `${BASE} | SYSEXT_LEVEL=1`, undefined],
  [
    'EXTREL-08',
    'sysext',
    'ID=debian | SYSEXT_LEVEL=2 | VERSION_ID=13',
    `${BASE} | SYSEXT_LEVEL=1`,
    'is for SYSEXT_LEVEL=2, the base has 1',
  ],
  ['EXTREL-08', 'sysext', 'ID=debian | SYSEXT_LEVEL=2 | VERSION_ID=13', BASE, undefined],
  ['EXTREL-08', 'sysext', 'ID=debian | SYSEXT_LEVEL=1', BASE, 'names no VERSION_ID, the base has 13'],
  ['EXTREL-08', 'sysext', 'ID=debian | VERSION_ID=13', `${BASE} | SYSEXT_LEVEL=1`, undefined],
  ['EXTREL-08', 'sysext', 'ID=_any | VERSION_ID=7 | SYSEXT_LEVEL=9', `${BASE} | SYSEXT_LEVEL=1`, undefined],
  ['EXTREL-09', 'sysext', 'ID=_any | ARCHITECTURE=x86-64', BASE, undefined],
  ['EXTREL-09', 'sysext', 'ID=_any | ARCHITECTURE=_any', BASE, undefined],
  ['EXTREL-09', 'sysext', 'ID=_any | ARCHITECTURE=', BASE, undefined],
  ...['amd64', 'x86_64', 'aarch64', 'any', 'native'].map(
    (name) =>
      [
        'EXTREL-09',
        'sysext',
        `ID=_any | ARCHITECTURE=${name}`,
        BASE,
        `ARCHITECTURE=${name} is no architecture that systemd knows`,
      ] as const,
  ),
  ['EXTREL-10', 'sysext', 'ID=_any | ARCHITECTURE=arm64', BASE, "is for architecture 'arm64', this is x86-64"],
  ['EXTREL-10', 'confext', 'ID=_any | ARCHITECTURE=x86', BASE, "is for architecture 'x86', this is x86-64"],
  ['EXTREL-11', 'sysext', 'ID=_any | SYSEXT_SCOPE=system', BASE, undefined],
  ['EXTREL-11', 'sysext', 'ID=_any | SYSEXT_SCOPE="portable  system"', BASE, undefined],
  ['EXTREL-11', 'sysext', 'ID=_any | SYSEXT_SCOPE=initrd', BASE, "SYSEXT_SCOPE=initrd does not name 'system'"],
  ['EXTREL-11', 'sysext', 'ID=_any | SYSEXT_SCOPE=', BASE, "SYSEXT_SCOPE= does not name 'system'"],
  ['EXTREL-11', 'confext', 'ID=_any | CONFEXT_SCOPE=portable', BASE, "CONFEXT_SCOPE=portable does not name 'system'"],
  ['EXTREL-13', 'sysext', 'ID=_any | CONFEXT_SCOPE=initrd', BASE, undefined],
  [
    'EXTREL-13',
    'confext',
    'ID=debian | VERSION_ID=12 | SYSEXT_LEVEL=1',
    `${BASE} | SYSEXT_LEVEL=1`,
    "is for version '12', the base has '13'",
  ],
  ['EXTREL-14', 'sysext', 'ID=_any | EXTENSION_RELOAD_MANAGER=1', BASE, undefined],
  ['EXTREL-16', 'sysext', 'ID=_any | SYSEXT_ID=mine | SYSEXT_VERSION_ID=1', BASE, undefined],
] as const)('%s %s: %s on %s', (_rule, kind, extension, base, reason) => {
  expect(mismatches(release(extension), release(base), kind, 'x86-64')[0]?.message).toBe(reason)
})

const TREE = '/x/tool_1.0+3-1'
const DIR = `${TREE}/usr/lib/extension-release.d`
const FITS = 'ID=_any\n'

// Rules on the tree: which file is looked for, and what must not be there. Same sources.
test.each([
  ['EXTREL-02', { [`${DIR}/extension-release.tool_1.0+3-1`]: FITS }, undefined],
  ['EXTREL-02', { [`${DIR}/extension-release.tool_1.0+3-1`]: { link: 'x' }, [`${DIR}/x`]: FITS }, undefined],
  [
    'EXTREL-02',
    { [`${DIR}/extension-release.tool_1.0+3-1`]: { link: '../../../../../etc/shadow' }, '/etc/shadow': FITS },
    /leads out of \/x\/tool_1\.0\+3-1/,
  ],
  [
    'EXTREL-02',
    { [`${TREE}/etc/extension-release.d/extension-release.tool`]: FITS, [`${TREE}/usr/x`]: '' },
    /^has no usr\/lib\/extension-release\.d\/extension-release\.tool$/,
  ],
  ['EXTREL-03', { [`${DIR}/extension-release.tool`]: FITS }, undefined],
  ['EXTREL-03', { [`${DIR}/extension-release.other`]: FITS }, /^has no /],
  ['EXTREL-06', { [`${DIR}/extension-release.tool`]: '' }, /^extension-release\.tool is empty$/],
  ['EXTREL-06', { [`${DIR}/extension-release.tool`]: 'ID="x\n' }, /^extension-release\.tool:1: .*unbalanced quote$/],
  ['EXTREL-06', { [`${DIR}/extension-release.tool`]: Uint8Array.of(0x49, 0xff) }, /is not valid UTF-8$/],
  [
    'EXTREL-17',
    { [`${DIR}/extension-release.tool`]: FITS, [`${TREE}/usr/lib/os-release`]: 'ID=x\n' },
    /^carries usr\/lib\/os-release/,
  ],
  [
    'EXTREL-17',
    { [`${DIR}/extension-release.tool`]: FITS, [`${TREE}/usr/lib/os-release`]: { link: 'gone' } },
    /^carries/,
  ],
] as const)('%s on a tree', (_rule, files, reason) => {
  const host = memoryHost(files)
  const check = (): string | undefined => {
    try {
      return checkTree(host, TREE, 'tool_1.0+3-1', 'sysext', release(BASE))
    } catch (thrown) {
      return (thrown as Error).message
    }
  }
  if (reason === undefined) expect(check()).toBe(undefined)
  else expect(check()).toMatch(reason)
})
