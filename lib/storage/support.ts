import type { Host } from '../host/host.ts'
import { fileSystemOf } from './file-system.ts'

/** How the size of a directory can be limited. */
export type StorageSupport =
  /** Project quotas: all files of a directory belong to a project with a limit. */
  | { readonly kind: 'project'; readonly source: string }
  /** It is a btrfs subvolume with a group of its own. */
  | { readonly kind: 'subvolume' }
  /** A file system of its own: as large as that is. */
  | { readonly kind: 'own' }
  /** `why`: to be read after the directory's path. */
  | { readonly kind: 'none'; readonly why: string; readonly hint: string }

/** Seconds. */
const PATIENCE = 30

const works = (host: Host, ...command: readonly string[]): boolean => host.run(command, PATIENCE).status === 0
const isThere = (host: Host, ...command: readonly string[]): boolean => host.run(command, PATIENCE).status !== 127

/** With the packages that bring them. */
const TOOLS = [
  ['setquota', 'quota'],
  ['chattr', 'e2fsprogs'],
] as const
const BIN = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const

const projects = (host: Host, type: string, source: string, options: readonly string[]): StorageSupport => {
  if (!options.includes('prjquota')) {
    const before =
      type === 'ext4' ? `tune2fs -O project,quota -Q prjquota ${source} while it is not mounted, then ` : ''
    return {
      kind: 'none',
      why: `is on ${type} without project quotas (${source})`,
      hint: `${before}mount it with the option prjquota`,
    }
  }
  for (const [tool, of] of TOOLS) {
    if (!BIN.some((dir) => host.stat(`${dir}/${tool}`) !== undefined))
      return { kind: 'none', why: `has project quotas, and there is no ${tool}`, hint: `install ${of}` }
  }
  return { kind: 'project', source }
}

const btrfs = (host: Host, directory: string): StorageSupport => {
  if (!isThere(host, 'btrfs', '--version'))
    return { kind: 'none', why: 'is on btrfs, and there is no btrfs', hint: 'install btrfs-progs' }
  if (!works(host, 'btrfs', 'subvolume', 'show', directory))
    return {
      kind: 'none',
      why: 'is on btrfs and no subvolume',
      hint: `btrfs subvolume create ${directory}, before it is used`,
    }
  return works(host, 'btrfs', 'qgroup', 'show', directory)
    ? { kind: 'subvolume' }
    : { kind: 'none', why: 'is on btrfs without quotas', hint: `btrfs quota enable ${directory}` }
}

/** What can be done about the size of a directory, which may not be there yet. Undefined where nobody knows what it lies on. */
export const storageSupport = (host: Host, directory: string): StorageSupport | undefined => {
  const found = fileSystemOf(host, directory)
  if (found === undefined) return undefined
  const { type, source, options, mountPoint, root } = found
  // A part of one that is mounted on itself, as a unit sees what it may write to, is no other file system.
  if (mountPoint === directory && root === '/') return { kind: 'own' }
  if (type === 'ext4' || type === 'xfs') return projects(host, type, source, options)
  if (type === 'btrfs') return btrfs(host, directory)
  return {
    kind: 'none',
    why: `is on ${type}, which limits no directory`,
    hint: `ext4 or xfs with project quotas, or a file system of its own on ${directory}`,
  }
}
