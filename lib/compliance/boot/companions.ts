import { type Check, guarded } from '../check.ts'
import { below, nameOf, type Tree } from '../tree.ts'
import { entryId } from './entry.ts'
import { findInsensitively } from './partition.ts'
import { BOOT } from './rules.ts'
import { checkAddon } from './uki.ts'

/** Files that systemd-stub(7) takes beside a kernel, "Companion Files". */

const EXTRA_DIR = /\.extra\.d$/i

/** By directory: which files are read there, and how to say so. */
const PLACES = [
  { directory: 'loader/extensions', isRead: /\.(?:sysext|confext)\.raw$/i, expected: '*.sysext.raw and *.confext.raw' },
  { directory: 'loader/credentials', isRead: /\.cred$/i, expected: '*.cred' },
  { directory: 'loader/addons', isRead: /\.addon\.efi$/i, expected: '*.addon.efi' },
] as const

const BESIDE = {
  isRead: /\.(?:cred|sysext\.raw|confext\.raw|addon\.efi)$/i,
  expected: '*.cred, *.sysext.raw, *.confext.raw and *.addon.efi',
}

/** What looks at an image that the initrd is to take. */
export type CheckInitrdImage = (check: Check, path: string) => void

const checkPlace = (
  check: Check,
  directory: string,
  { isRead, expected }: { readonly isRead: RegExp; readonly expected: string },
  checkImage: CheckInitrdImage,
): void => {
  for (const { name, kind } of check.tree.entries(directory)) {
    const path = below(directory, name)
    if (!isRead.test(name) || kind !== 'file')
      check.report(BOOT['BOOT-23'], path, `is not read here, expected ${expected}`)
    else if (/\.addon\.efi$/i.test(name)) checkAddon(check, path)
    else if (/\.raw$/i.test(name)) guarded(check, BOOT['BOOT-23'], path, () => checkImage(check, path))
  }
}

/** `NAME.efi.extra.d` is called after a kernel without its boot counter. */
const checkOwner = ({ report }: Check, directory: string, kernels: readonly string[]): void => {
  const owner = nameOf(directory).replace(EXTRA_DIR, '').toLowerCase()
  if (kernels.some((name) => name.toLowerCase() === owner)) return
  report(BOOT['BOOT-23'], directory, `belongs to no kernel, there is no ${owner}`, {
    hint: 'it is called after the kernel without its boot counter',
  })
}

const directoriesIn = (tree: Tree, directory: string): readonly string[] =>
  tree.entries(directory).flatMap(({ name, kind }) => (kind === 'directory' ? [below(directory, name)] : []))

/** `check`: of a partition. */
export const checkCompanions = (check: Check, checkImage: CheckInitrdImage): void => {
  const { tree } = check
  for (const place of PLACES) {
    const directory = findInsensitively(tree, place.directory)
    if (directory !== undefined) checkPlace(check, directory, place, checkImage)
  }
  const linux = findInsensitively(tree, 'EFI/Linux')
  if (linux === undefined) return
  const kernels = tree.entries(linux).flatMap(({ name }) => (/\.efi$/i.test(name) ? [entryId(name, '.efi')] : []))
  for (const directory of directoriesIn(tree, linux).filter((path) => EXTRA_DIR.test(path))) {
    checkOwner(check, directory, kernels)
    checkPlace(check, directory, BESIDE, checkImage)
  }
}
