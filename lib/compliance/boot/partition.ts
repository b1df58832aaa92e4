import { type Check, inside } from '../check.ts'
import { isDirectory } from '../resolve.ts'
import { below, type Entry, type Node, nameOf, type Tree } from '../tree.ts'
import { walk } from '../walk.ts'
import { BOOT } from './rules.ts'

/** What stands for an ESP or an XBOOTLDR partition: a directory whose root is the partition's. */
export interface BootPartition {
  /** In the tree that is looked at; `''` when it is all of it. */
  readonly path: string
  readonly isEsp: boolean
}

/** VFAT does not tell cases apart: what is called so, however it is written. */
export const findInsensitively = (tree: Tree, path: string): string | undefined => {
  if (tree.node(path) !== undefined) return path
  let here = ''
  for (const name of path.split('/')) {
    const wanted = name.toLowerCase()
    const found = tree.entries(here).find((entry) => entry.name.toLowerCase() === wanted)
    if (found === undefined) return undefined
    here = below(here, found.name)
  }
  return here
}

const has = (tree: Tree, ...paths: readonly string[]): boolean =>
  paths.some((path) => findInsensitively(tree, path) !== undefined)

const isPartition = (tree: Tree): boolean =>
  has(tree, 'loader/entries', 'loader/loader.conf', 'efi/boot', 'efi/linux', 'efi/systemd')

/** `efi` and `boot` of a root or of a machine's disk; or the tree itself, if it looks like one. */
export const bootPartitions = (tree: Tree): readonly BootPartition[] => {
  const names = ['efi', 'boot'].filter((name) => isDirectory(tree, name))
  const isPair = names.length === 2 || ['usr', 'etc', 'rootfs'].some((name) => tree.node(name) !== undefined)
  if (!isPair && isPartition(tree)) return [{ path: '', isEsp: has(tree, 'efi') }]
  return names.map((path) => ({ path, isEsp: path === 'efi' || !names.includes('efi') }))
}

/** Whether there is anything in these that a boot loader would read. */
export const isBootTree = (tree: Tree): boolean =>
  bootPartitions(tree).some(({ path }) => path === '' || has(tree, ...BOOT_PLACES.map((place) => below(path, place))))

const BOOT_PLACES = ['loader', 'EFI'] as const

const ILLEGAL = /[<>:"|?*\\\u0000-\u001f]/
const LONGEST_NAME = 255

const WORDS: Readonly<Record<Node['kind'], string>> = {
  file: 'a file',
  directory: 'a directory',
  link: 'a link',
  fifo: 'a FIFO',
  socket: 'a socket',
  device: 'a device',
}

const checkName = ({ report }: Check, path: string, { name }: Entry): void => {
  if (ILLEGAL.test(name)) report(BOOT['BOOT-04'], path, 'has a character in its name that VFAT has not')
  else if (name.length > LONGEST_NAME)
    report(BOOT['BOOT-04'], path, `has a name of ${name.length} characters, expected at most ${LONGEST_NAME}`)
}

/** Places that are only read below the root of a partition. */
const MISPLACED = /.\/(?:loader\/entries|efi\/linux)$/i

const checkKind = ({ report }: Check, path: string, { kind }: Entry): void => {
  if (kind !== 'file' && kind !== 'directory')
    report(
      BOOT['BOOT-03'],
      path,
      `is ${WORDS[kind]}, which VFAT has not`,
      kind === 'link' ? { hint: 'put a copy of the file in its place' } : {},
    )
}

/** Everything on a partition, as a VFAT file system could have it. */
export const checkPartition = (outer: Check, { path: top }: BootPartition): void => {
  const check = inside(outer, top)
  const { tree, report } = check
  let [parent, seen] = ['', new Map<string, string>()]
  walk(tree, '', {
    visit: (path, entry) => {
      const directory = path.slice(0, -entry.name.length)
      if (directory !== parent) [parent, seen] = [directory, new Map()]
      checkKind(check, path, entry)
      checkName(check, path, entry)
      const other = seen.get(entry.name.toLowerCase())
      if (other !== undefined) report(BOOT['BOOT-04'], path, `differs from '${other}' by case alone`)
      seen.set(entry.name.toLowerCase(), entry.name)
      if (entry.kind === 'directory' && MISPLACED.test(path))
        report(
          BOOT['BOOT-02'],
          path,
          `is not read here, expected ${nameOf(path)} right below the root of the partition`,
          {
            hint: `move it to ${/entries$/i.test(path) ? 'loader/entries' : 'EFI/Linux'}`,
          },
        )
      return true
    },
    giveUp: (path, what) => report(BOOT['BOOT-04'], path, what),
  })
}
