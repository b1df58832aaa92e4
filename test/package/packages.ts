/** The packages in dist/, as `npm run package` made them, and what is in them. */

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROJECT = resolve(fileURLToPath(import.meta.url), '../../..')

/** Runs a tool in the project; throws when it fails. */
export const output = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { cwd: PROJECT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] })

const theOnly = (pattern: string): string => {
  const found = globSync(pattern, { cwd: PROJECT })
  if (found.length !== 1) throw new Error(`expected one ${pattern}, found ${found.length}: run 'npm run package'`)
  return resolve(PROJECT, found[0] as string)
}

export const theDeb = (): string => theOnly('dist/bitbuilder_*.deb')
export const theRpm = (): string => theOnly('dist/bitbuilder-*.rpm')

export interface Packed {
  readonly path: string
  /** As `ls -l` writes it. */
  readonly mode: string
  /** `root/root` */
  readonly owner: string
  /** Of a link. */
  readonly target: string | undefined
}

const DEB_LINE = /^(\S+) (\S+) +\d+ \S+ \S+ \.(\/.*?)(?: -> (.*))?$/

export const debFiles = (): readonly Packed[] =>
  output('dpkg-deb', '-c', theDeb())
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, mode = '', owner = '', path = '', target] = DEB_LINE.exec(line) ?? []
      return { path: path.replace(/(?<=.)\/$/, ''), mode, owner, target }
    })

const RPM_QUERY = '[%{FILEMODES:perms}\t%{FILEUSERNAME}/%{FILEGROUPNAME}\t%{FILENAMES}\t%{FILELINKTOS}\n]'

export const rpmFiles = (): readonly Packed[] =>
  output('rpm', '-qp', '--qf', RPM_QUERY, theRpm())
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [mode = '', owner = '', path = '', target = ''] = line.split('\t')
      return { path, mode, owner, target: target === '' ? undefined : target }
    })

/** The version of package.json. */
export const projectVersion = (): string =>
  (JSON.parse(readFileSync(resolve(PROJECT, 'package.json'), 'utf8')) as { version: string }).version

/** Names that the executable answers to, from its dispatch. */
export const programNames = (): readonly string[] => {
  const source = readFileSync(resolve(PROJECT, 'programs/bitbuilder.ts'), 'utf8')
  return [...source.matchAll(/^ {2}'([a-z-]+)': \w+,$/gm)].map(([, name]) => name as string).sort()
}
