import type { Host } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { parseOsRelease } from '../systemd/os-release.ts'
import { type Base, collector, type Findings, type Mode, newCheck } from './check.ts'
import { diskTree } from './disk-tree.ts'
import { type ArtifactKind, KINDS } from './kinds.ts'
import { textAt } from './resolve.ts'
import { isTemplateSource } from './template/recognise.ts'
import { nameOf, type Tree } from './tree.ts'

const LARGEST_RELEASE = 64 << 10

export interface Verified extends Findings {
  readonly kind: ArtifactKind
  readonly mode: Mode
  /** Where the paths of findings and fixes begin. */
  readonly directory: string
}

export interface Wishes {
  /** Name of a kind; found from what is there when not said. */
  readonly as?: string | undefined
  readonly mode?: Mode | undefined
  readonly base?: Base | undefined
}

/** It is looked at with the partition that it is on, where the files are that it names. */
const BOOT_ENTRY = /(?<=^|\/)loader\/entries\/[^/]+\.conf$/

/** What `path` names: a directory is a tree, a file a subject in the tree of its directory. */
const open = (host: Host, path: string): { tree: Tree; subject: string; directory: string } => {
  if (host.stat(path) === undefined) throw new HostError(path, 'does not exist')
  const clean = path.replace(/(?<=.)\/+$/, '')
  const isDirectory = orElse(
    () => host.readDir(clean) !== undefined,
    () => false,
  )
  if (isDirectory) return { tree: diskTree(host, clean, clean), subject: '', directory: clean }
  const subject = BOOT_ENTRY.exec(clean)?.[0] ?? nameOf(clean)
  const directory = clean.slice(0, -subject.length - 1) || (clean.startsWith('/') ? '/' : '.')
  return { tree: diskTree(host, directory, directory), subject, directory }
}

/** A checkout of git, or a template that nothing was made of yet. */
const isSource = (tree: Tree): boolean => tree.node('.git') !== undefined || isTemplateSource(tree)

/** What `--base` names. Throws HostError when it has no os-release that can be read. */
export const readBase = (host: Host, path: string): Base => {
  const tree = diskTree(host, path, path)
  const text = ['etc/os-release', 'usr/lib/os-release'].map((one) => textAt(tree, one, LARGEST_RELEASE))
  const parsed = parseOsRelease(text.find((one) => one !== undefined) ?? '')
  if ('error' in parsed) throw new HostError(path, `os-release: ${parsed.error}`)
  if (parsed.values.size === 0) throw new HostError(path, 'has no os-release')
  return { tree, release: parsed.values }
}

/** Looks at a tree or a file and says what is wrong with it. Throws HostError when it is not there, or nothing that is known. */
export const verifyPath = (host: Host, path: string, { as, mode, base }: Wishes = {}): Verified => {
  const { tree, subject, directory } = open(host, path)
  const kind =
    as === undefined ? KINDS.find((one) => one.recognises(tree, subject)) : KINDS.find(({ name }) => name === as)
  if (kind === undefined) {
    const names = KINDS.map(({ name }) => name).join(', ')
    if (as !== undefined) throw new HostError(`--as=${as}`, `there is no such kind, but ${names}`)
    throw new HostError(path, `is nothing that is known here; --as=KIND says what it is: ${names}`)
  }
  const actual = mode ?? (isSource(tree) ? 'source' : 'instance')
  const into = collector()
  kind.check(newCheck(host, tree, into, { subject, mode: actual, base }))
  return { kind, mode: actual, directory, list: into.list, dropped: into.dropped }
}
