import { checkBoot, checkEfiFile, checkEntryFile, checkRootBoot } from './boot/boot.ts'
import { isBootTree } from './boot/partition.ts'
import type { Check } from './check.ts'
import { checkSettingsFile } from './container/settings.ts'
import { isPartitioned } from './ddi/ddi.ts'
import { checkDdiFile } from './ddi/file.ts'
import { checkReleaseFile } from './extension-release/file.ts'
import { checkExtensionTree, checkVersionsPath, looksLikeExtension } from './format/extension.ts'
import { checkImageFile, isImageFile } from './format/image.ts'
import { checkSearchDirectory, searchedClass } from './format/search.ts'
import { checkHomedTemplate, isHomedTemplate } from './home/homed.ts'
import { checkUserRecordFile, isUserRecordFile } from './home/record.ts'
import { checkHome, isHome } from './home/skeleton.ts'
import { checkMachineTemplate } from './machine/machine.ts'
import { checkMetadata } from './metadata/metadata.ts'
import { checkNetworkPath, isNetworkPath } from './network/network.ts'
import { checkOsReleaseFile } from './os-release/file.ts'
import { resolve } from './resolve.ts'
import { checkRootfs } from './rootfs/rootfs.ts'
import { isTemplate, METADATA } from './template/recognise.ts'
import { checkTemplate } from './template/template.ts'
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
    name: 'extension-release',
    summary: 'what an extension says of itself',
    recognises: (_, subject) => nameOf(subject).startsWith('extension-release.'),
    check: checkReleaseFile,
  },
  {
    name: 'image',
    summary: 'an image of an extension, NAME.raw',
    recognises: isImageFile,
    check: checkImageFile,
  },
  {
    name: 'versions',
    summary: 'a directory NAME.v of versions of an extension',
    recognises: (tree, subject) => subject === '' && tree.name.endsWith('.v'),
    check: checkVersionsPath,
  },
  {
    name: 'extensions',
    summary: 'a directory of extensions',
    recognises: (tree, subject) => subject === '' && searchedClass(tree) !== undefined,
    check: (check) => checkSearchDirectory(check, searchedClass(check.tree) ?? 'sysext'),
  },
  {
    name: 'template',
    summary: 'a template, or what was made of one',
    recognises: (tree, subject) => subject === '' && isTemplate(tree),
    check: checkTemplate,
  },
  {
    name: 'metadata',
    summary: 'the metadata.json of a template',
    recognises: (_, subject) => nameOf(subject) === METADATA,
    check: (check) => {
      checkMetadata(check, check.subject === '' ? METADATA : check.subject)
    },
  },
  {
    name: 'sysext',
    summary: 'a system extension',
    recognises: (tree, subject) => subject === '' && looksLikeExtension(tree, 'sysext'),
    check: (check) => checkExtensionTree(check, 'sysext'),
  },
  {
    name: 'confext',
    summary: 'a configuration extension',
    recognises: (tree, subject) => subject === '' && looksLikeExtension(tree, 'confext'),
    check: (check) => checkExtensionTree(check, 'confext'),
  },
  {
    name: 'rootfs',
    summary: 'a root file system',
    recognises: (tree, subject) => subject === '' && ['usr', 'etc'].some((name) => isThere(tree, name)),
    check: (check) => {
      checkRootfs(check)
      checkRootBoot(check)
    },
  },
  {
    name: 'machine',
    summary: 'disk-image, config and extensions of a virtual machine',
    recognises: (tree, subject) => subject === '' && tree.node('disk-image')?.kind === 'directory',
    check: (check) => checkMachineTemplate(check),
  },
  {
    name: 'homed',
    summary: 'home-skeleton and config of a user of systemd-homed',
    recognises: isHomedTemplate,
    check: checkHomedTemplate,
  },
  {
    name: 'home',
    summary: 'a home directory that new users get',
    recognises: isHome,
    check: checkHome,
  },
  {
    name: 'boot',
    summary: 'an ESP or XBOOTLDR partition, or efi and boot of a disk',
    recognises: (tree, subject) => subject === '' && isBootTree(tree),
    check: (check) => checkBoot(check),
  },
  {
    name: 'boot-entry',
    summary: 'an entry in loader/entries',
    recognises: (_, subject) => /^loader\/entries\/[^/]+\.conf$/.test(subject),
    check: checkEntryFile,
  },
  {
    name: 'efi',
    summary: 'a unified kernel image, an addon, a boot loader',
    recognises: (_, subject) => /\.efi$/i.test(subject),
    check: checkEfiFile,
  },
  {
    name: 'ddi',
    summary: 'a disk image with partitions',
    recognises: (tree, subject) => /\.(?:raw|img)$/.test(subject) && isPartitioned(tree, subject),
    check: checkDdiFile,
  },
  {
    name: 'network-files',
    summary: 'files of systemd-networkd: .network, .netdev and .link',
    recognises: isNetworkPath,
    check: checkNetworkPath,
  },
  {
    name: 'nspawn',
    summary: 'settings for systemd-nspawn: .nspawn files, nspawn-settings.conf',
    recognises: (_, subject) => subject.endsWith('.nspawn') || nameOf(subject) === 'nspawn-settings.conf',
    check: checkSettingsFile,
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
  {
    name: 'user-record',
    summary: 'a user record of systemd, or a template of one',
    recognises: (_, subject) => isUserRecordFile(subject),
    check: checkUserRecordFile,
  },
]
