import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { needTools } from '../../build/prerequisites.mjs'
import {
  debFiles,
  output,
  type Packed,
  PROJECT,
  programNames,
  projectVersion,
  rpmFiles,
  theDeb,
  theRpm,
} from './packages.ts'

const GENERATORS = ['mount-generator', 'tenant-generator']

/** Files of the source that both packages hold under their own name. */
const shipped = (): readonly string[] => {
  const units = globSync('**', { cwd: join(PROJECT, 'packaging/systemd'), withFileTypes: true })
  const pages = globSync('*.scd', { cwd: join(PROJECT, 'packaging/man') }).map((file) => basename(file, '.scd'))
  return [
    ...units
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).replace(join(PROJECT, 'packaging'), '/usr/lib'))
      .map((path) => path.replace('/usr/lib/systemd', '/usr/lib/systemd/system')),
    ...pages.map((page) => `/usr/share/man/man${page.split('.').at(-1)}/${page}.gz`),
    ...['metadata', 'registry', 'tenant'].map((name) => `/usr/share/bitbuilder/schemas/${name}.schema.json`),
    '/etc/bitbuilder/bitbuilder.conf',
    '/etc/bitbuilder/tenants.d',
    '/usr/lib/bitbuilder/tenants.d',
    '/usr/lib/systemd/system-preset/90-bitbuilder.preset',
    '/usr/lib/sysusers.d/bitbuilder.conf',
    '/usr/lib/tmpfiles.d/bitbuilder.conf',
    '/usr/share/bash-completion/completions/bitbuilder',
    '/usr/share/bitbuilder/examples/tenants.json',
  ]
}

const links = (): Readonly<Record<string, string>> =>
  Object.fromEntries([
    ['/usr/bin/bitbuilder', '../lib/bitbuilder/bitbuilder'],
    ...programNames().map((name) =>
      GENERATORS.includes(name)
        ? [`/usr/lib/systemd/system-generators/${name}`, '../../bitbuilder/bitbuilder']
        : [`/usr/lib/bitbuilder/${name}`, 'bitbuilder'],
    ),
  ])

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

beforeAll(() => needTools('dpkg-deb', 'rpm'))

describe.each([
  ['deb', debFiles],
  ['rpm', rpmFiles],
])('%s', (_, list) => {
  let files: readonly Packed[] = []
  beforeAll(() => {
    files = list()
  })

  test('holds everything that is shipped', () => {
    const missing = shipped().filter((path) => !files.some((file) => file.path === path))
    expect(missing).toEqual([])
  })

  test('has a link for each name of the executable, and no other', () => {
    const found = files.flatMap(({ path, target }) => (target === undefined ? [] : [[path, target]]))
    expect(Object.fromEntries(found)).toEqual(links())
  })

  test('belongs to root, and only root may write it', () => {
    expect(files.filter(({ owner }) => owner !== 'root/root')).toEqual([])
    const modes = new Set(files.map(({ mode }) => mode))
    expect([...modes].sort()).toEqual(['-rw-r--r--', '-rwxr-xr-x', 'drwxr-xr-x', 'lrwxrwxrwx'])
  })

  test('has the one executable, and the scripts of the examples and templates', () => {
    const programs = files.filter(({ mode }) => mode === '-rwxr-xr-x').map(({ path }) => path)
    expect(programs.filter((path) => !/^\/usr\/share\/bitbuilder\/(examples|templates)\//.test(path))).toEqual([
      '/usr/lib/bitbuilder/bitbuilder',
    ])
  })
})

test('both hold the same, but for what each distribution wants elsewhere', () => {
  const common = (files: readonly Packed[]): readonly string[] =>
    files
      .filter(({ mode, path }) => !mode.startsWith('d') && !/^\/usr\/share\/(doc|licenses|lintian|zsh)\//.test(path))
      .map(({ path }) => path)
      .sort()
  expect(common(rpmFiles())).toEqual(common(debFiles()))
})

test('the executable in them is byte for byte the one that was built', () => {
  const built = sha256(readFileSync(join(PROJECT, 'dist/bitbuilder')))
  const member = './usr/lib/bitbuilder/bitbuilder'
  const inDeb = execFileSync('sh', ['-c', `dpkg-deb --fsys-tarfile "$1" | tar -xO ${member}`, 'sh', theDeb()], {
    maxBuffer: 1 << 28,
  })
  expect(sha256(inDeb)).toBe(built)
  const [inRpm] = output('rpm', '-qp', '--qf', '[%{FILENAMES} %{FILEDIGESTS}\n]', theRpm())
    .split('\n')
    .filter((line) => line.startsWith('/usr/lib/bitbuilder/bitbuilder '))
  expect(inRpm).toBe(`/usr/lib/bitbuilder/bitbuilder ${built}`)
})

test('both carry the version of package.json', () => {
  expect(output('dpkg-deb', '-f', theDeb(), 'Version').trim()).toBe(projectVersion())
  expect(output('rpm', '-qp', '--qf', '%{VERSION}', theRpm())).toBe(projectVersion())
})

test('settings of the administrator survive an upgrade', () => {
  expect(output('dpkg-deb', '-I', theDeb(), 'conffiles').trim()).toBe('/etc/bitbuilder/bitbuilder.conf')
  expect(output('rpm', '-qpc', theRpm()).trim()).toBe('/etc/bitbuilder/bitbuilder.conf')
})

test('the schemas are those that the program prints', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'bitbuilder-schemas-'))
  try {
    output('sh', '-c', 'dpkg-deb --fsys-tarfile "$1" | tar -xC "$2" ./usr/share/bitbuilder', 'sh', theDeb(), scratch)
    for (const name of ['metadata', 'registry', 'tenant']) {
      const packed = readFileSync(join(scratch, `usr/share/bitbuilder/schemas/${name}.schema.json`), 'utf8')
      expect(packed).toBe(output('dist/bitbuilder', 'schema', name))
      expect(JSON.parse(packed)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
    }
  } finally {
    rmSync(scratch, { recursive: true })
  }
})
