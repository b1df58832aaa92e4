import type { Check } from './check.ts'
import { checkOsReleaseFile } from './os-release/file.ts'
import { resolve } from './resolve.ts'
import { checkRootfs } from './rootfs/rootfs.ts'
import { nameOf, type Tree } from './tree.ts'
import { checkVoaDirectory, isVoaDirectory } from './voa/alone.ts'
import { checkVerifierFile, isVerifierFile } from './voa/verifier.ts'

/** What a path can be, and how it is looked at. A row for each; the first one that recognises it is taken. */
export interface ArtifactKind {
  /** As `--as` takes it. */
  readonly name: string
  /** For help and manual. */
  readonly summary: string
  /** Whether `subject` in `tree` (`''`: the whole tree) looks like one. Only looks, never reports. */
  recognises(tree: Tree, subject: string): boolean
  check(check: Check): void
}

const isThere = (tree: Tree, path: string): boolean => resolve(tree, path).state === 'found'

export const KINDS: readonly ArtifactKind[] = [
  {
    name: 'os-release',
    summary: 'an os-release file',
    recognises: (_, subject) => nameOf(subject) === 'os-release',
    check: checkOsReleaseFile,
  },
  {
    name: 'rootfs',
    summary: 'a root file system',
    recognises: (tree, subject) => subject === '' && ['usr', 'etc'].some((name) => isThere(tree, name)),
    check: checkRootfs,
  },
  {
    name: 'voa',
    summary: 'a directory of verifiers, or those of a tree',
    recognises: isVoaDirectory,
    check: checkVoaDirectory,
  },
  {
    name: 'verifier',
    summary: 'an OpenPGP certificate, an SSH, X.509, minisign or signify key',
    recognises: (_, subject) => isVerifierFile(subject),
    check: checkVerifierFile,
  },
]
