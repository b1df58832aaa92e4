/** What image build and verify need: no tenant does. */

import type { Check } from './check.ts'
import { both, program, worse } from './look.ts'

/** Before, it needed loop devices for everything, and so a host and root. */
const OLDEST = 254

const repart: Check['look'] = (context) => {
  const found = program('systemd-repart')(context)
  const version = Number(/^systemd (\d+)/.exec(found.detail)?.[1] ?? OLDEST)
  return found.state === 'ok' && version < OLDEST
    ? worse(`systemd-repart is version ${version}, ${OLDEST} is the oldest that will do`, 'a newer systemd')
    : found
}

export const IMAGES: readonly Check[] = [
  {
    name: 'squashfs-tools',
    neededFor: [],
    usedBy: 'image build, and verify of such images',
    packages: 'squashfs-tools',
    look: both(program('unsquashfs', '-version'), program('mksquashfs', '-version')),
  },
  {
    name: 'erofs-utils',
    neededFor: [],
    usedBy: 'image build --format=erofs and ddi, and verify of such images',
    packages: 'erofs-utils',
    look: both(program('dump.erofs', '-V'), program('mkfs.erofs', '-V')),
  },
  {
    name: 'repart',
    neededFor: [],
    usedBy: 'image build --format=ddi, and of machines',
    // Where dnf(8) is, a path will do.
    packages: { debian: 'systemd-repart', fedora: '/usr/bin/systemd-repart' },
    look: repart,
  },
  {
    name: 'vfat',
    neededFor: [],
    usedBy: 'image build of machines',
    packages: 'dosfstools mtools',
    look: both(program('mkfs.vfat', '--help'), program('mcopy', '-V')),
  },
  {
    name: 'openssl',
    neededFor: [],
    usedBy: 'verify of signed disk images',
    packages: 'openssl',
    look: program('openssl', 'version'),
  },
]
