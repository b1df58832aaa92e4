/** The root file system in which all contenders run: a Debian with others' generators, in which they have their usual work to do. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { needTools } from '../../build/prerequisites.mjs'
import { mirror } from '../system/image.ts'
import { must } from '../system/run.ts'

const SUITE = 'forky'

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

/** A directory on disk, and not the tests' image: caches are dropped for the one as for the project beside it. */
const CACHE = '/var/cache/bitbuilder-test'

const KEY = createHash('sha256')
  .update(JSON.stringify([SUITE, PACKAGES, FILES]))
  .digest('hex')
  .slice(0, 12)

const build = (root: string): void => {
  const settings = ['Acquire::Check-Valid-Until "false"', 'Acquire::Check-Date "false"']
  const options = ['--variant=minbase', ...settings.map((setting) => `--aptopt=${setting}`)]
  must(['mmdebstrap', ...options, `--include=${PACKAGES.join(',')}`, SUITE, root, mirror()], { timeout: 600 })
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** The directory, built unless it is there. */
export const ensureRoot = (): string => {
  const root = join(CACHE, `bench-${SUITE}-${KEY}`)
  if (existsSync(root)) return root
  needTools('mmdebstrap')
  mkdirSync(CACHE, { recursive: true })
  const dir = mkdtempSync(join(CACHE, 'building-'))
  try {
    build(join(dir, 'root'))
    renameSync(join(dir, 'root'), root)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return root
}

/** What the others are, with their versions. */
export const describeRoot = (): string => {
  const query = ['dpkg-query', `--admindir=${ensureRoot()}/var/lib/dpkg`, '--show', 'bash', ...PACKAGES.slice(0, 4)]
  const versions = must(query).trim().replaceAll('\t', ' ').split('\n')
  return `all in a root file system of Debian ${SUITE}: ${versions.join(', ')}`
}
