/** The root file system in which all contenders run: a Debian with others' generators, in which they have their usual work to do. */

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { needTools } from '../../build/prerequisites.mjs'
import { bootstrap, buildCached, CACHE, SUITE } from '../system/image.ts'
import { must } from '../system/run.ts'

/** systemd's generators and others'; what the originals need; what Node needs, and so the bench itself. */
const PACKAGES = ['systemd', 'systemd-zram-generator', 'podman', 'jq', 'libatomic1', 'libstdc++6']

/** The least that these generators are used for: one file system and one swap area, one zram device. */
const FILES = {
  '/etc/fstab': [
    'UUID=2f0a7c52-6f3b-4d0c-9a52-2f8f4d3f0c11 / ext4 errors=remount-ro 0 1',
    'UUID=8f6d0b1e-0f35-4be9-8a3a-7d3d0a4e4b7c none swap sw 0 0',
    '',
  ].join('\n'),
  '/etc/systemd/zram-generator.conf': '[zram0]\nzram-size = ram / 2\n',
}

const KEY = createHash('sha256')
  .update(JSON.stringify([SUITE, PACKAGES, FILES]))
  .digest('hex')
  .slice(0, 12)

const build = (dir: string): string => {
  const root = join(dir, 'root')
  needTools('mmdebstrap')
  bootstrap(root, PACKAGES)
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/**
 * The directory, built unless it is there. On disk, and not the tests' image: caches are dropped for the one as for the
 * project beside it.
 */
export const ensureRoot = (): string => {
  const root = join(CACHE, `bench-${SUITE}-${KEY}`)
  buildCached(root, build)
  return root
}

/** What the others are, with their versions. */
export const describeRoot = (): string => {
  const query = ['dpkg-query', `--admindir=${ensureRoot()}/var/lib/dpkg`, '--show', 'bash', ...PACKAGES.slice(0, 4)]
  const versions = must(query).trim().replaceAll('\t', ' ').split('\n')
  return `all in a root file system of Debian ${SUITE}: ${versions.join(', ')}`
}
