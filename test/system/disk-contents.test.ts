import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inodeTree } from '../../lib/compliance/image/inode-tree.ts'
import { vfat } from '../../lib/compliance/image/vfat.ts'
import type { Tree } from '../../lib/compliance/tree.ts'
import { verifyPath } from '../../lib/compliance/verify.ts'
import { nodeHost } from '../../lib/host/node.ts'
import { peFile } from '../support/pe-writer.ts'
import { inImage } from './in-image.ts'

/** What is in the partitions of an image, as mtools and systemd-repart put it there. */

const dir = mkdtempSync('/var/tmp/bitbuilder-disk-')
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const lay = (top: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, top, path)), { recursive: true })
    writeFileSync(join(dir, top, path), content)
  }
}

const NAMES = {
  'EFI/BOOT/BOOTX64.EFI': peFile({ sections: [['.text', 200_000]] }),
  'loader/entries/a name with blanks, UPPER and ümläut.conf': 'title A\n',
  'lower.txt': 'x',
  'MIXed.txt': 'x',
  'deep/er/and/deeper/still': 'x',
  ...Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`many/entry-number-${index}.conf`, `${index}\n`])),
}

/** Every file of a tree, with the hash of what is in it. */
const filesOf = (tree: Tree, top = ''): readonly (readonly [string, string])[] =>
  tree.entries(top).flatMap(({ name, kind, size }) => {
    const path = top === '' ? name : `${top}/${name}`
    if (kind === 'directory') return filesOf(tree, path)
    return [
      [
        path,
        createHash('sha256')
          .update(tree.bytes(path, 0, size))
          .digest('hex'),
      ] as const,
    ]
  })

/** FAT12, FAT16 and FAT32, each with the clusters it is made for. */
test.each([
  [12, '2M'],
  [16, '40M'],
  [32, '300M'],
])('a FAT%i has what mtools put there', (bits, size) => {
  lay('fat', NAMES)
  inImage(
    dir,
    `rm -f fat.img; truncate --size=${size} fat.img; mkfs.vfat -F ${bits} fat.img >/dev/null
     mcopy -s -i fat.img fat/* ::; mcopy -i fat.img fat/lower.txt ::gone.txt; mdel -i fat.img ::gone.txt`,
  )
  const fd = openSync(join(dir, 'fat.img'), 'r')
  try {
    const tree = inodeTree(
      'fat.img',
      vfat((offset, length) => {
        const bytes = new Uint8Array(length)
        return bytes.subarray(0, readSync(fd, bytes, 0, length, offset))
      }),
    )
    const expected = Object.entries(NAMES).map(([path, content]) => [
      path,
      createHash('sha256').update(content).digest('hex'),
    ])
    expect([...filesOf(tree)].sort()).toEqual(expected.sort())
  } finally {
    closeSync(fd)
  }
})

const RELEASE =
  'ID=tenant\nNAME=Tenant\nPRETTY_NAME="Tenant 1.0"\nVERSION_ID=1.0\nSYSEXT_LEVEL=1.0\nCONFEXT_LEVEL=1.0\n'

const ESP = {
  'EFI/BOOT/BOOTX64.EFI': peFile({}),
  'EFI/systemd/systemd-bootx64.efi': peFile({}),
  'loader/entries/tenant.conf': 'title Tenant\nlinux /tenant/1.0/linux\n',
  'tenant/1.0/linux': 'MZ kernel',
}

const definition = (type: string, from: string, ...more: readonly string[]): string =>
  ['[Partition]', `Type=${type}`, `CopyFiles=/mnt/${from}:/`, ...more, ''].join('\n')

const findingsIn = (image: string): readonly string[] =>
  verifyPath(nodeHost('/'), join(dir, image)).list.map(
    ({ rule, path, message }) => `${rule.id} ${path.slice(image.length)} ${message}`,
  )

beforeAll(() => {
  lay('esp', ESP)
  lay('broken', { ...ESP, 'loader/entries/tenant.conf': 'title Tenant\nlinux /tenant/1.0/vmlinuz\n' })
  lay('root', { 'usr/lib/os-release': RELEASE, 'etc/machine-id': '', 'etc/kernel/entry-token': 'tenant\n' })
  inImage(
    dir,
    `cd root; ln -s ../usr/lib/os-release etc/os-release; ln -s usr/bin bin; ln -s usr/bin sbin; ln -s usr/lib lib
     mkdir -p usr/bin var proc sys dev run tmp efi boot; chmod 1777 tmp; ln -s bin usr/sbin`,
  )
})

test.each(['ext4', 'erofs'])('a disk with a root of %s has nothing wrong but its small ESP', (format) => {
  const flags = format === 'erofs' ? ['ReadOnly=yes', 'Minimize=best'] : ['SizeMinBytes=8M', 'SizeMaxBytes=8M']
  lay(`good-${format}.d`, {
    '10.conf': definition('esp', 'esp', 'Format=vfat'),
    '20.conf': definition('root', 'root', `Format=${format}`, 'Label=tenant_1.0', ...flags),
  })
  inImage(dir, repart(`good-${format}`))
  expect(findingsIn(`good-${format}.raw`)).toEqual([
    'BOOT-28  partition 1 (esp) has 260 MiB, at least 1 GiB is suggested',
  ])
})

const repart = (name: string): string =>
  `systemd-repart --offline=yes --empty=create --size=auto --dry-run=no --definitions=${name}.d ${name}.raw >repart.log 2>&1 || { cat repart.log >&2; exit 1; }`

test('what is wrong in a partition is found where it is', () => {
  inImage(dir, 'cp -a root damaged; rm -r damaged/proc; chmod 755 damaged/tmp')
  lay('bad.d', {
    '10.conf': definition('esp', 'broken', 'Format=vfat'),
    '20.conf': definition('root', 'damaged', 'Format=erofs', 'Label=tenant_1.0', 'ReadOnly=yes', 'Minimize=best'),
  })
  inImage(dir, repart('bad'))
  expect(findingsIn('bad.raw')).toEqual([
    'BOOT-28  partition 1 (esp) has 260 MiB, at least 1 GiB is suggested',
    'ROOT-02 /proc is missing',
    'ROOT-03 /tmp has mode 0755, expected 1777',
    "BOOT-09 /efi/loader/entries/tenant.conf '/tenant/1.0/vmlinuz' is not there",
  ])
})
