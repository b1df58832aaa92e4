import { expect, test } from 'vitest'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { bootOptions, findBootFiles } from '../../../lib/machine/boot-files.ts'
import { findPlace, type PlaceKind } from '../../../lib/machine/place.ts'
import { readDisk } from '../../../lib/tenant/disk.ts'
import { tenantToRun } from '../../../lib/tenant/one.ts'
import { inRevision, ROOT, world } from './world.ts'

const find = (files: Record<string, MemoryNode>, entry: object = {}, kind: PlaceKind = 'infra', name = 'infra') => {
  const host = memoryHost(world(files, entry))
  return findBootFiles(host, tenantToRun(host, 'acme'), findPlace('acme', kind, name, readDisk(host, 'acme').value))
}

const TREE = `${ROOT}/infra/rootfs`

const REGISTRY = { infra: { kernel: 'infra/k', initrd: 'infra/i' } }
const SAID = { [`${ROOT}/infra/k`]: '', [`${ROOT}/infra/i`]: '' }
const REPOSITORY = { [inRevision('infrastructure/vmlinuz')]: '', [inRevision('infrastructure/initrd')]: '' }
const UNIFIED = { [`${TREE}/efi/EFI/Linux/os_1.9.efi`]: '', [`${TREE}/efi/EFI/Linux/os_1.10.efi`]: '' }
const ENTRY = {
  [`${TREE}/boot/loader/entries/1.conf`]: 'title One\nlinux /vm\ninitrd /ird\noptions root=/dev/sda\n',
  [`${TREE}/boot/vm`]: '',
  [`${TREE}/boot/ird`]: '',
}
const VERSIONED = {
  [`${TREE}/boot/vmlinuz-6.9`]: '',
  [`${TREE}/boot/vmlinuz-6.10`]: '',
  [`${TREE}/boot/initrd.img-6.10`]: '',
}

test('the registry comes before the repository, and that before the tree, newest first', () => {
  expect(find({ ...SAID, ...REPOSITORY, ...UNIFIED }, REGISTRY).kernel).toBe(`${ROOT}/infra/k`)
  expect(find({ ...REPOSITORY, ...UNIFIED })).toEqual({
    kernel: inRevision('infrastructure/vmlinuz'),
    initrd: inRevision('infrastructure/initrd'),
    isUnified: false,
  })
  const newest = { kernel: `${TREE}/efi/EFI/Linux/os_1.10.efi`, initrd: undefined, isUnified: true }
  expect(find({ ...UNIFIED, ...ENTRY, ...VERSIONED })).toEqual(newest)
  const entry = { kernel: `${TREE}/boot/vm`, initrd: `${TREE}/boot/ird`, isUnified: false }
  expect(find({ ...ENTRY, ...VERSIONED })).toEqual(entry)
  const versioned = { kernel: `${TREE}/boot/vmlinuz-6.10`, initrd: `${TREE}/boot/initrd.img-6.10`, isUnified: false }
  expect(find(VERSIONED)).toEqual(versioned)
})

test('another VM has its kernel in the repository', () => {
  expect(find({ [inRevision('machines/db/vmlinuz')]: '' }, {}, 'vm', 'db').kernel).toBe(
    inRevision('machines/db/vmlinuz'),
  )
})

test.each([
  ['nothing at all', {}, {}, `${TREE}: has no kernel`],
  ['a registry that names nothing', {}, REGISTRY, `${ROOT}/infra/k: is not there`],
  ['a link out of the tenant', { [`${ROOT}/infra/k`]: { link: '/etc/shadow' } }, REGISTRY, 'leads out'],
  [
    'a link that climbs',
    { ...SAID, [`${ROOT}/infra/i`]: { link: '../../../../../etc/shadow' } },
    REGISTRY,
    'leads out',
  ],
  [
    'an entry that climbs',
    { ...ENTRY, [`${TREE}/boot/ird`]: { link: '../../../../../../etc/shadow' } },
    {},
    'leads out',
  ],
  [
    'an entry that names what is above',
    { ...ENTRY, [`${TREE}/boot/loader/entries/1.conf`]: 'linux /vm\ninitrd ../../../../../../etc/shadow\n' },
    {},
    'leads out',
  ],
  [
    'the tree of a machine that may be running',
    { [`${ROOT}/machines/own/k`]: '' },
    { infra: { kernel: 'machines/own/k' } },
    'is the tree of another machine',
  ],
])('%s is refused', (_, files, entry, words) => {
  expect(() => find(files as Record<string, MemoryNode>, entry)).toThrow(words)
})

test('the monitor gets them where its unit binds them, and UEFI only where it must', () => {
  expect(bootOptions({ kernel: '/a', initrd: '/b', isUnified: false }, 'infra.acme')).toEqual([
    '--linux=/run/tenants/infra.acme/kernel',
    '--initrd=/run/tenants/infra.acme/initrd',
    '--firmware=none',
  ])
  expect(bootOptions({ kernel: '/a', initrd: undefined, isUnified: true }, 'infra.acme')).toEqual([
    '--linux=/run/tenants/infra.acme/kernel',
  ])
})
