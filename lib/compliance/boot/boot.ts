import type { OsRelease } from '../../systemd/os-release.ts'
import { parseOsRelease } from '../../systemd/os-release.ts'
import { type Check, inside } from '../check.ts'
import { checkInitrdImage } from '../ddi/companion.ts'
import { textAt } from '../resolve.ts'
import { below, nameOf, parentOf, subtree, type Tree } from '../tree.ts'
import { checkCompanions } from './companions.ts'
import { entryId } from './entry.ts'
import { checkEntry, type EntryFile, type IsSupplied, isEntry } from './entry-check.ts'
import { entryFixes } from './entry-fix.ts'
import { checkFlat, checkInitrd, checkKernel, flatFiles } from './kernel.ts'
import { checkLoader, checkLoaderConf, checkLoaders, checkMarker, loaderMachine } from './loader.ts'
import { checkPackaged, checkToken } from './packaged.ts'
import { type BootPartition, bootPartitions, checkPartition, findInsensitively, isBootTree } from './partition.ts'
import { hasSection, readPe } from './pe-file.ts'
import { BOOT } from './rules.ts'
import { checkAddon, checkUki } from './uki.ts'

export interface BootOptions {
  /** Files that are going to be there, by path in the tree that is looked at. */
  readonly isSupplied?: (path: string) => boolean
  /** Whether something else brings the kernel. */
  readonly isDirect?: boolean
  /** Of the root file system that is booted. */
  readonly release?: OsRelease | undefined
}

const filesIn = (tree: Tree, directory: string, isOne: (path: string) => boolean): readonly string[] => {
  const found = findInsensitively(tree, directory)
  if (found === undefined) return []
  return tree.entries(found).flatMap(({ name, kind }) => {
    const path = below(found, name)
    return kind === 'file' && isOne(path) ? [path] : []
  })
}

const entriesOf = (tree: Tree): readonly string[] => filesIn(tree, 'loader/entries', isEntry)
const ukisOf = (tree: Tree): readonly string[] => filesIn(tree, 'EFI/Linux', (path) => /\.efi$/i.test(path))

/** Whether there is anything that a boot loader, or systemd-vmspawn(1), would take for a kernel to start. */
const hasKernel = (tree: Tree): boolean =>
  bootPartitions(tree).some(({ path }) => {
    const partition = subtree(tree, path)
    return [...entriesOf(partition), ...ukisOf(partition)].length > 0
  })

/** Kernels and initrds, those that entries name and those that lie about, each once. */
const checkKernels = (check: Check, named: readonly EntryFile[]): void => {
  const flat = flatFiles(check.tree)
  const pathsOf = (key: string): readonly string[] => named.filter((one) => one.key === key).map(({ path }) => path)
  for (const path of new Set([...pathsOf('linux'), ...flat.kernels])) checkKernel(check, path)
  for (const path of new Set([...pathsOf('initrd'), ...flat.initrds])) checkInitrd(check, path)
  checkFlat(check, flat)
}

const checkOne = (outer: Check, partition: BootPartition, options: BootOptions): readonly string[] => {
  checkPartition(outer, partition)
  const check = inside(outer, partition.path)
  const isSupplied: IsSupplied = (path) =>
    options.isSupplied?.(partition.path === '' ? path : below(partition.path, path)) === true
  const [entries, ukis] = [entriesOf(check.tree), ukisOf(check.tree)]
  const named = entries.flatMap((path) => checkEntry(check, path, { files: true, isSupplied }))
  const others = named.filter(({ key }) => key === 'uki').map(({ path }) => path)
  for (const path of new Set([...ukis, ...others])) checkUki(check, path, options.release)
  checkKernels(check, named)
  checkMarker(check)
  checkCompanions(check, checkInitrdImage)
  if (partition.isEsp) checkLoaders(check, isSupplied)
  return [
    ...entries.map((path) => entryId(nameOf(path), '.conf')),
    ...ukis.map((path) => entryId(nameOf(path), '.efi')),
  ]
}

/** `efi` and `boot`, or one partition. All of section f that is about them. */
export const checkBoot = (check: Check, options: BootOptions = {}): void => {
  const partitions = bootPartitions(check.tree)
  const ids = partitions.flatMap((partition) => checkOne(check, partition, options))
  for (const { path } of partitions) checkLoaderConf(inside(check, path), ids)
  if (ids.length === 0 && options.isDirect !== true)
    check.report(BOOT['BOOT-01'], '', 'has nothing to boot: no entry in loader/entries, no kernel image in EFI/Linux', {
      hint: 'write loader/entries/NAME.conf with title, linux, initrd and options',
      fixes: partitions.flatMap(({ path }) => entryFixes(check.tree, path, options.release)).slice(0, 1),
    })
}

const LARGEST_RELEASE = 64 << 10

/** The os-release of a root file system; undefined where there is none that can be read. */
export const releaseOf = (tree: Tree): OsRelease | undefined => {
  for (const path of ['etc/os-release', 'usr/lib/os-release']) {
    const text = textAt(tree, path, LARGEST_RELEASE)
    const parsed = text === undefined ? undefined : parseOsRelease(text)
    if (parsed !== undefined && 'values' in parsed) return parsed.values
  }
  return undefined
}

/** The part of it that is about the root alone, where boot partitions lie elsewhere. */
export const checkPackagesBoot = (check: Check): void => {
  checkPackaged(check)
  checkToken(check)
}

/** What a root file system has of its own boot, in /efi, /boot and with its packages. */
export const checkRootBoot = (check: Check): void => {
  checkPackaged(check)
  if (hasKernel(check.tree)) checkToken(check)
  if (isBootTree(check.tree)) checkBoot(check, { isDirect: true, release: releaseOf(check.tree) })
}

/** One `*.efi`: a kernel image, an addon, a boot loader, or any other program, of which nothing is asked but to be one. */
export const checkEfiFile = (check: Check): void => {
  const { subject: path, tree } = check
  const directory = parentOf(path) === '' ? tree.name : parentOf(path)
  if (/\.addon\.efi$/i.test(path)) checkAddon(check, path, directory)
  else if (loaderMachine(path) !== undefined) checkLoader(check, path)
  else checkProgram(check, path)
}

const checkProgram = (check: Check, path: string): void => {
  const silent = { ...check, report: () => {} }
  const pe = readPe(silent, BOOT['BOOT-18'], path)
  const isKernel = pe === undefined || ['.linux', '.cmdline', '.initrd', '.uname'].some((name) => hasSection(pe, name))
  if (isKernel) checkUki(check, path, check.base?.release)
  else readPe(check, BOOT['BOOT-18'], path)
}

/** One `*.conf` below loader/entries; from there the root of its partition is known. */
export const checkEntryFile = (check: Check): void => {
  const [, top, path] = /^(?:(.*)\/)?(loader\/entries\/[^/]+)$/.exec(check.subject) ?? []
  if (path === undefined) checkEntry(check, check.subject, { files: false, isSupplied: () => false })
  else checkEntry(inside(check, top ?? ''), path, { files: true, isSupplied: () => false })
}
