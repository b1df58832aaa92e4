/** The packages that the build made, and what is in them. */

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROJECT = resolve(fileURLToPath(import.meta.url), '../../..')

/** Runs a tool in the project; throws when it fails. */
export const output = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { cwd: PROJECT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] })

export const DIST = resolve(PROJECT, 'dist')

const theOnly = (directory: string, pattern: string): string => {
  const found = globSync(pattern, { cwd: directory })
  if (found.length === 1) return resolve(directory, found[0] as string)
  throw new Error(`expected one ${pattern} in ${directory}, found ${found.length}: run 'npm run package'`)
}

export const theDeb = (directory = DIST): string => theOnly(directory, 'bitbuilder_*.deb')
export const theRpm = (directory = DIST): string => theOnly(directory, 'bitbuilder-*.rpm')

export const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** The one executable, installed. */
export const EXECUTABLE = '/usr/lib/bitbuilder/bitbuilder'

/** SHA-256 of the executable in a deb. */
export const digestInDeb = (deb: string): string => {
  const script = `dpkg-deb --fsys-tarfile "$1" | tar -xO ".${EXECUTABLE}"`
  const bytes = execFileSync('sh', ['-c', script, 'sh', deb], { maxBuffer: 1 << 28 })
  return createHash('sha256').update(bytes).digest('hex')
}

export interface Packed {
  readonly path: string
  /** As `ls -l` writes it. */
  readonly mode: string
  /** `root/root` */
  readonly owner: string
  /** In bytes. */
  readonly size: number
  /** Of a link. */
  readonly target: string | undefined
}

const DEB_LINE = /^(\S+) (\S+) +(\d+) \S+ \S+ \.(\/.*?)(?: -> (.*))?$/

export const debFiles = (deb: string): readonly Packed[] =>
  output('dpkg-deb', '-c', deb)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, mode = '', owner = '', size, path = '', target] = DEB_LINE.exec(line) ?? []
      return { path: path.replace(/(?<=.)\/$/, ''), mode, owner, size: Number(size), target }
    })

const RPM_QUERY = '[%{FILEMODES:perms}\t%{FILEUSERNAME}/%{FILEGROUPNAME}\t%{FILESIZES}\t%{FILENAMES}\t%{FILELINKTOS}\n]'

export const rpmFiles = (rpm: string): readonly Packed[] =>
  output('rpm', '-qp', '--qf', RPM_QUERY, rpm)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [mode = '', owner = '', size, path = '', target = ''] = line.split('\t')
      return { path, mode, owner, size: Number(size), target: target === '' ? undefined : target }
    })

/** The version of package.json. */
export const projectVersion = (): string =>
  (JSON.parse(readFileSync(resolve(PROJECT, 'package.json'), 'utf8')) as { version: string }).version

/** Names that the executable answers to, from its dispatch. */
export const programNames = (): readonly string[] => {
  const source = readFileSync(resolve(PROJECT, 'programs/bitbuilder.ts'), 'utf8')
  return [...source.matchAll(/^ {2}'([a-z-]+)': \w+,$/gm)].map(([, name]) => name as string).sort()
}
