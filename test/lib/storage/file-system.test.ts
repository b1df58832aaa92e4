import { expect, test } from 'vitest'
import { memoryHost } from '../../../lib/host/memory.ts'
import { fileSystemOf } from '../../../lib/storage/file-system.ts'

// proc_pid_mountinfo(5)
const MOUNTS = [
  '22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro',
  '30 22 254:2 / /var rw,relatime shared:2 master:1 - xfs /dev/vda2 rw,prjquota',
  '31 30 0:40 / /var/lib/ten\\040ants rw - tmpfs my\\134disk rw',
  '32 30 254:2 /lib/tenants /var/lib/tenants rw,nosuid - xfs /dev/vda2 rw,prjquota',
  '33 32 0:50 / /var/lib/tenants/acme rw - tmpfs first rw',
  '34 33 0:51 / /var/lib/tenants/acme rw - btrfs second rw,subvol=/',
  'nonsense',
  '',
].join('\n')

test.each([
  ['/usr', 'ext4', '/'],
  ['/var', 'xfs', '/var'],
  ['/variable', 'ext4', '/'],
  ['/var/lib/ten ants/x', 'tmpfs', '/var/lib/ten ants'],
  ['/var/lib/tenants/beta', 'xfs', '/var/lib/tenants'],
  ['/var/lib/tenants/acme-prod', 'xfs', '/var/lib/tenants'],
  // Two on the same place: the last one is on top.
  ['/var/lib/tenants/acme', 'btrfs', '/var/lib/tenants/acme'],
])('%s is on %s at %s', (path, type, mountPoint) => {
  expect(fileSystemOf(memoryHost({ '/proc/self/mountinfo': MOUNTS }), path)).toMatchObject({ type, mountPoint })
})

test('options are those of the file system, and names are read', () => {
  const host = memoryHost({ '/proc/self/mountinfo': MOUNTS })
  expect(fileSystemOf(host, '/var')).toEqual({
    type: 'xfs',
    mountPoint: '/var',
    root: '/',
    source: '/dev/vda2',
    options: ['rw', 'prjquota'],
  })
  expect(fileSystemOf(host, '/var/lib/ten ants')?.source).toBe('my\\disk')
})

test('where nothing is known, nothing is said', () => {
  expect(fileSystemOf(memoryHost(), '/var')).toBeUndefined()
})
