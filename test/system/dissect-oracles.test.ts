import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diskTree } from '../../lib/compliance/disk-tree.ts'
import { openTree } from '../../lib/compliance/image/open.ts'
import { textAt } from '../../lib/compliance/resolve.ts'
import { RELEASE_DIR } from '../../lib/extensions/release.ts'
import { nodeHost } from '../../lib/host/node.ts'
import type { ExtensionClass } from '../../lib/layout/paths.ts'
import { parseOsRelease } from '../../lib/systemd/os-release.ts'
import { inImage } from './in-image.ts'

/** What we read in an image without mounting it, against systemd-dissect of the test machine, which mounts it. */

const dir = mkdtempSync('/var/tmp/bitbuilder-dissect-')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const host = nodeHost('/')

const FILES = {
  'usr/lib/extension-release.d/extension-release.tool':
    '# a comment\nID=bb\nVERSION_ID="1.0"\nNAME=\'A tool\'\nX="a\\$b"\n',
  'etc/extension-release.d/extension-release.tool': 'ID=_any\nCONFEXT_LEVEL=2\n',
  'usr/share/tool/data': 'x'.repeat(10_000),
}

const MADE = {
  squashfs: 'mksquashfs tree squashfs/tool.raw -all-root -quiet -no-progress >/dev/null',
  erofs: 'mkfs.erofs --all-root erofs/tool.raw tree >/dev/null 2>&1',
  'erofs-lz4': 'mkfs.erofs -zlz4hc --all-root erofs-lz4/tool.raw tree >/dev/null 2>&1',
  ext4: 'mkfs.ext4 -q -d tree ext4/tool.raw 4M',
} as const

interface Dissected {
  readonly sysextRelease: readonly string[]
  readonly confextRelease: readonly string[]
  readonly mounts: readonly { readonly fstype: string }[]
}

const dissected = new Map<string, Dissected>()

beforeAll(() => {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(dir, 'tree', dirname(path)), { recursive: true })
    writeFileSync(join(dir, 'tree', path), text)
  }
  const lines = Object.entries(MADE).map(
    ([name, line]) => `mkdir ${name}; ${line}; echo "${name} $(systemd-dissect --json=short ${name}/tool.raw)"`,
  )
  for (const line of inImage(dir, ['mount -t sysfs sysfs /sys', ...lines].join('\n'))
    .trimEnd()
    .split('\n')) {
    const end = line.indexOf(' ')
    dissected.set(line.slice(0, end), JSON.parse(line.slice(end + 1)))
  }
}, 60_000)

describe.each(Object.keys(MADE))('%s', (name) => {
  const ours = (kind: ExtensionClass): readonly string[] => {
    const type = name === 'squashfs' || name === 'ext4' ? name : 'erofs'
    const path = 'tool.raw'
    const tree = diskTree(host, join(dir, name), join(dir, name))
    const read = (offset: number, length: number): Uint8Array => tree.bytes(path, offset, length)
    const opened = openTree(host, { tree, path, offset: 0, read, type })
    const parsed = parseOsRelease(textAt(opened, `${RELEASE_DIR[kind]}/extension-release.tool`, 4096) ?? '')
    return 'values' in parsed ? [...parsed.values].map(([key, value]) => `${key}=${value}`) : [parsed.error]
  }

  test('says of itself what systemd-dissect reads', () => {
    const theirs = dissected.get(name)
    expect(theirs?.mounts.map(({ fstype }) => fstype)).toEqual([name.replace('-lz4', '')])
    expect(ours('sysext')).toEqual(theirs?.sysextRelease)
    expect(ours('confext')).toEqual(theirs?.confextRelease)
    expect(ours('sysext').length).toBe(4)
  })
})
