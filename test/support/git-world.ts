/** A tenant with real repositories: real git, a real disk, no root and no user of ours. */

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Host } from '../../lib/host/host.ts'
import { nodeHost } from '../../lib/host/node.ts'
import { temporaryDir } from './materialise.ts'

/** `usr/share/bitbuilder` for what is installed, and for what a root would have that others take from. */
const PATHS = /(?<![^\s=:'"/])\/(?:var\/(?:lib|tmp)|etc\/bitbuilder|run\/bitbuilder|usr\/share\/bitbuilder)\b/g

/** What a command does to become somebody else, and to own or measure what is somebody else's. */
const asOurselves = (command: readonly string[]): readonly string[] => {
  const start = command.indexOf('prlimit')
  const end = command.indexOf('env', start)
  if (start < 0) return command
  // The limit of a file's size stays: it is part of what is tested.
  return [...command.slice(0, start), ...command.slice(start, start + 4), ...command.slice(end)]
}

const IDENTITY = ['chown', 'chgrp']

/** This machine's programs, and below `root` its files: in arguments and in what is written, too. */
const hostBelow = (root: string, logged: string[]): Host => {
  const real = nodeHost('')
  const at = (path: string): string => `${root}${path}`
  const inside = (text: string): string => text.replace(PATHS, (path) => at(path))
  return {
    ...real,
    owner: process.getuid?.() ?? 0,
    stat: (path) => real.stat(at(path)),
    readDir: (path) => real.readDir(at(path)),
    scanInside: (base, relative) => real.scanInside(at(base), relative),
    readBytes: (path, offset, length) => real.readBytes(at(path), offset, length),
    setMode: (path, mode) => real.setMode(at(path), mode),
    listInside: (base, relative) => real.listInside(at(base), relative),
    readLink: (path) => real.readLink(at(path)),
    readFile: (path, limit) => real.readFile(at(path), limit),
    readFileInside: (base, relative, limit) => real.readFileInside(at(base), relative, limit),
    makeDir: (path) => real.makeDir(at(path)),
    symlink: (target, path) => real.symlink(target, at(path)),
    makeDirMode: (path, mode) => real.makeDirMode(at(path), mode),
    replaceFile: (path, text, mode) => real.replaceFile(at(path), path.endsWith('/config') ? inside(text) : text, mode),
    rename: (from, to) => real.rename(at(from), at(to)),
    remove: (path) => real.remove(at(path)),
    log: (_, line) => logged.push(line),
    withLock: (path, seconds, work) => real.withLock(at(path), seconds, work),
    run: (command, seconds) => {
      if (command[0] === 'id') return { status: 0, stdout: `${process.getuid?.()}\n`, stderr: '' }
      if (IDENTITY.includes(command[0] as string)) return { status: 0, stdout: '', stderr: '' }
      return real.run(asOurselves(command).map(inside), seconds)
    },
  }
}

const ENVIRONMENT = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'C',
  GIT_COMMITTER_EMAIL: 'c@example.org',
}

/** Text by path; a link as `-> TARGET`. */
export type Tree = Readonly<Record<string, string>>

/** A repository that somebody works in. */
class Source {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
    mkdirSync(directory)
    this.git(['init', '--quiet', '--initial-branch=main'])
  }

  /** Standard output without its end; throws with what was said. */
  git(args: readonly string[], input: string | Uint8Array = ''): string {
    const { status, stdout, stderr } = spawnSync('git', [...args], {
      cwd: this.directory,
      env: ENVIRONMENT,
      input,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
    return stdout.trim()
  }

  /** All files of it are these; the new commit. */
  commit(files: Tree, ...options: readonly string[]): string {
    this.git(['rm', '-r', '--quiet', '--cached', '--ignore-unmatch', '.'])
    for (const [path, text] of Object.entries(files)) {
      const isLink = text.startsWith('-> ')
      const id = this.git(['hash-object', '-w', '--stdin'], isLink ? text.slice(3) : text)
      const mode = isLink ? '120000' : text.startsWith('#!') ? '100755' : '100644'
      this.git(['update-index', '--add', '--replace', '--cacheinfo', `${mode},${id},${path}`])
    }
    this.git(['commit', '--quiet', '--allow-empty', '--message=x', ...options])
    return this.git(['rev-parse', 'HEAD'])
  }

  /** A tree that git itself would not make: `MODE NAME` and an object id for each entry. */
  tree(entries: readonly (readonly [mode: string, name: string, id: string])[]): string {
    const bytes = entries.map(([mode, name, id]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
    )
    return this.git(['hash-object', '-w', '--literally', '-t', 'tree', '--stdin'], Buffer.concat(bytes))
  }

  blob(text: string): string {
    return this.git(['hash-object', '-w', '--stdin'], text)
  }

  /** A commit of any tree becomes what the branch has. */
  commitTree(tree: string): string {
    const parent = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'HEAD'], { cwd: this.directory }).stdout
    const parents = parent.length === 0 ? [] : ['-p', parent.toString().trim()]
    const commit = this.git(['commit-tree', '-m', 'x', ...parents, tree])
    this.git(['update-ref', 'refs/heads/main', commit])
    return commit
  }
}

const listTree = (directory: string, prefix = ''): readonly string[] =>
  readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const [path, shown] = [join(directory, entry.name), `${prefix}${entry.name}`]
      if (entry.isSymbolicLink()) return [`${shown} -> ${readlinkSync(path)}`]
      const mode = (statSync(path).mode & 0o7777).toString(8)
      if (entry.isDirectory()) return [`${shown}/ ${mode}`, ...listTree(path, `${shown}/`)]
      return [`${shown} ${mode} ${readFileSync(path, 'utf8')}`]
    })

export class GitWorld {
  readonly #root = temporaryDir()
  readonly logged: string[] = []
  readonly host: Host
  readonly source: Source

  constructor() {
    this.host = hostBelow(this.#root.path, this.logged)
    this.source = new Source(this.path('/source'))
    for (const directory of ['/run', '/var/lib', '/var/tmp', '/etc'])
      mkdirSync(this.path(directory), { recursive: true })
  }

  path(inside: string): string {
    return `${this.#root.path}${inside}`
  }

  write(path: string, text: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text, { mode: 0o600 })
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    symlinkSync(target, this.path(path))
  }

  /** Paths below a directory of the tenant's, of files that are no text too. */
  names(path: string): readonly string[] {
    return readdirSync(this.path(`/var/lib/tenants/acme${path}`), { recursive: true, encoding: 'utf8' }).sort()
  }

  chmod(path: string, mode: number): void {
    chmodSync(this.path(path), mode)
  }

  /** Everything below a directory of the tenant's: names, modes, text. */
  list(path = ''): readonly string[] {
    return listTree(this.path(`/var/lib/tenants/acme${path}`))
  }

  [Symbol.dispose](): void {
    this.#root[Symbol.dispose]()
  }
}
