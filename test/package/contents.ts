/** What every package has to hold, whichever of the two executables is in it. */

import { execFileSync } from 'node:child_process'
import { type Dirent, globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/materialise.ts'
import {
  debFiles,
  digestInDeb,
  EXECUTABLE,
  output,
  type Packed,
  PROJECT,
  programNames,
  projectVersion,
  rpmFiles,
  sha256,
  theDeb,
  theRpm,
} from './packages.ts'

const GENERATORS = ['mount-generator', 'tenant-generator']

const TEMPLATES = '/usr/share/bitbuilder/templates'

/** Everything below but directories, hidden or not. A link is not gone through: what is behind it has a path of its own. */
const entriesBelow = (dir: string): readonly Dirent[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? entriesBelow(join(dir, entry.name)) : [entry],
  )

/** Everything of the templates but directories, by the path that it has in the packages. */
const ofTemplates = () =>
  entriesBelow(join(PROJECT, 'templates')).map((entry) => {
    const source = join(entry.parentPath, entry.name)
    return { source, path: source.replace(join(PROJECT, 'templates'), TEMPLATES), isLink: entry.isSymbolicLink() }
  })

/** Files of the source that both packages hold under their own name. */
const shipped = (): readonly string[] => {
  const units = globSync('**', { cwd: join(PROJECT, 'packaging/systemd'), withFileTypes: true })
  const pages = globSync('*.scd', { cwd: join(PROJECT, 'packaging/man') }).map((file) => basename(file, '.scd'))
  return [
    ...units
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).replace(join(PROJECT, 'packaging'), '/usr/lib'))
      .map((path) => path.replace('/usr/lib/systemd', '/usr/lib/systemd/system')),
    ...ofTemplates().map(({ path }) => path),
    ...pages.map((page) => `/usr/share/man/man${page.split('.').at(-1)}/${page}.gz`),
    ...['metadata', 'registry', 'template', 'tenant'].map(
      (name) => `/usr/share/bitbuilder/schemas/${name}.schema.json`,
    ),
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
    ...ofTemplates()
      .filter(({ isLink }) => isLink)
      .map(({ source, path }) => [path, readlinkSync(source)]),
  ])

const describeFiles = (kind: string, list: () => readonly Packed[]): void => {
  describe(kind, () => {
    let files: readonly Packed[] = []
    beforeAll(() => {
      files = list()
    })

    test('holds everything that is shipped', () => {
      const missing = shipped().filter((path) => !files.some((file) => file.path === path))
      expect(missing).toEqual([])
    })

    test('has a link for each name of the executable and those of the templates, and no other', () => {
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
        EXECUTABLE,
      ])
    })
  })
}

const elsewhere = /^\/usr\/share\/(doc|licenses|lintian|zsh)\//

const common = (files: readonly Packed[]): readonly string[] =>
  files
    .filter(({ mode, path }) => !mode.startsWith('d') && !elsewhere.test(path))
    .map(({ path }) => path)
    .sort()

const extractFrom = (deb: string, member: string, directory: string): void => {
  execFileSync('sh', ['-c', `dpkg-deb --fsys-tarfile "$1" | tar -xC "$2" ".$3"`, 'sh', deb, directory, member])
}

const checkSchemas = (deb: string, executable: string): void => {
  using scratch = temporaryDir()
  extractFrom(deb, '/usr/share/bitbuilder', scratch.path)
  for (const name of ['metadata', 'registry', 'template', 'tenant']) {
    const packed = readFileSync(join(scratch.path, `usr/share/bitbuilder/schemas/${name}.schema.json`), 'utf8')
    expect(packed).toBe(output(executable, 'schema', name))
    expect(JSON.parse(packed)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
  }
}

const checkTables = (deb: string): void => {
  using scratch = temporaryDir()
  extractFrom(deb, '/usr/share/man', scratch.path)
  const pages = globSync('usr/share/man/*/*.gz', { cwd: scratch.path })
  const texts = pages.map((page) => gunzipSync(readFileSync(join(scratch.path, page))).toString())
  const withTables = texts.filter((text) => /^\.TS$/m.test(text))
  expect(withTables.length).toBeGreaterThan(0)
  expect(withTables.filter((text) => !text.startsWith(`'\\" t\n`))).toEqual([])
}

const digestInRpm = (rpm: string): string | undefined =>
  output('rpm', '-qp', '--qf', '[%{FILENAMES} %{FILEDIGESTS}\n]', rpm)
    .split('\n')
    .find((line) => line.startsWith(`${EXECUTABLE} `))
    ?.split(' ')[1]

/**
 * @param directory where the packages are when the tests run
 * @param executable what has been built, absolute
 */
export const describePackages = (directory: string, executable: string): void => {
  describeFiles('deb', () => debFiles(theDeb(directory)))
  describeFiles('rpm', () => rpmFiles(theRpm(directory)))

  test('both hold the same, but for what each distribution wants elsewhere', () => {
    expect(common(rpmFiles(theRpm(directory)))).toEqual(common(debFiles(theDeb(directory))))
  })

  test('the executable in them is byte for byte the one that was built', () => {
    const built = sha256(executable)
    expect(digestInDeb(theDeb(directory))).toBe(built)
    expect(digestInRpm(theRpm(directory))).toBe(built)
  })

  test('both carry the version of package.json', () => {
    expect(output('dpkg-deb', '-f', theDeb(directory), 'Version').trim()).toBe(projectVersion())
    expect(output('rpm', '-qp', '--qf', '%{VERSION}', theRpm(directory))).toBe(projectVersion())
  })

  test('settings of the administrator survive an upgrade', () => {
    expect(output('dpkg-deb', '-I', theDeb(directory), 'conffiles').trim()).toBe('/etc/bitbuilder/bitbuilder.conf')
    expect(output('rpm', '-qpc', theRpm(directory)).trim()).toBe('/etc/bitbuilder/bitbuilder.conf')
  })

  test('the schemas are those that the program prints', () => checkSchemas(theDeb(directory), executable))

  test('manual pages with a table ask for the program that renders it', () => checkTables(theDeb(directory)))
}
