import { decodeLeniently } from '../../host/utf8.ts'
import type { Check } from '../check.ts'
import { isDirectory, textAt } from '../resolve.ts'
import { nameOf, parentOf } from '../tree.ts'
import { walk } from '../walk.ts'
import { hasSection, readPe } from './pe-file.ts'
import { BOOT } from './rules.ts'

/** What a root file system has to do with its own boot: BOOT-24 and BOOT-29. */

const MODULES = 'usr/lib/modules'
/** `usr/lib/modules/VERSION/NAME.efi.extra.d` is the deepest place of anything of a kernel image. */
const DEEPEST = 2

/** The kernel version that an image says it has. */
const unameOf = (check: Check, path: string): string | undefined => {
  const pe = readPe({ ...check, report: () => {} }, BOOT['BOOT-24'], path)
  const section = pe?.sections.find(({ name }) => name === '.uname')
  if (pe === undefined || section === undefined || section.size > 256 || !hasSection(pe, '.linux')) return undefined
  return decodeLeniently(check.tree.bytes(path, section.offset, section.size)).replace(/\0+$/, '')
}

const checkImage = (check: Check, path: string, place: readonly string[]): void => {
  const [version = '', last = ''] = place
  const isAddon = /\.addon\.efi$/i.test(path)
  const isExtra = last.endsWith('.efi.extra.d') || version === 'uki.extra.d'
  const warn = (message: string): void => check.report(BOOT['BOOT-24'], path, message)
  if (isAddon || isExtra) {
    if (!isAddon || !isExtra) warn('expected addons, and nothing else, in NAME.efi.extra.d or uki.extra.d')
    return
  }
  const uname = unameOf(check, path)
  if (place.length !== 1) warn(`is not looked for here, expected ${MODULES}/VERSION/${nameOf(path)}`)
  else if (uname !== undefined && uname !== version) warn(`is of kernel ${uname}, the directory of ${version}`)
}

/** Kernel images in the tree that packages bring. */
export const checkPackaged = (check: Check): void => {
  const { tree } = check
  if (!isDirectory(tree, MODULES)) return
  walk(tree, MODULES, {
    visit: (path, { name, kind }) => {
      const place = parentOf(path)
        .slice(MODULES.length + 1)
        .split('/')
        .filter((one) => one !== '')
      if (kind === 'file' && /\.efi$/i.test(name)) checkImage(check, path, place)
      // Modules themselves are some thousand files, and none of our business.
      return place.length < DEEPEST - 1 || name.endsWith('.extra.d')
    },
    giveUp: (path, what) => check.report(BOOT['BOOT-24'], path, what),
  })
}

const TOKEN = 'etc/kernel/entry-token'
const LARGEST_TOKEN = 4 << 10

/** BOOT-29, of a root file system that boot entries go with. */
export const checkToken = ({ report, tree }: Check): void => {
  const text = textAt(tree, TOKEN, LARGEST_TOKEN)
  if (text === undefined)
    report(BOOT['BOOT-29'], TOKEN, 'is missing, kernel-install would call entries after the machine ID', {
      hint: 'write the IMAGE_ID of os-release into it',
    })
  else if (!/^[A-Za-z0-9._-]+\n?$/.test(text))
    report(BOOT['BOOT-29'], TOKEN, 'is no token, expected one word of letters, digits, ., _ and -')
}
