import { parseExtensionName } from '../../extensions/name.ts'
import { superblocks } from '../../formats/superblock.ts'
import { type HostError, orElse } from '../../host/host.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import type { Check } from '../check.ts'
import { checkConfext } from '../confext/confext.ts'
import { checkDdi, isPartitioned } from '../ddi/ddi.ts'
import { isData, isUsed, type Slot } from '../ddi/image.ts'
import { newExtension } from '../extension-release/extension.ts'
import { mounted, nothing, openTree, sizeOf } from '../image/open.ts'
import { Unseen } from '../image/source.ts'
import { checkSysext } from '../sysext/sysext.ts'
import { below, nameOf, type Tree } from '../tree.ts'
import { checkBeside } from './beside.ts'
import { classByContents, classByName } from './class.ts'
import { checkOwners } from './owners.ts'
import { FMT } from './rules.ts'

/** What systemd mounts without being told to, systemd.image-policy(7). */
const MOUNTABLE = ['btrfs', 'erofs', 'ext4', 'f2fs', 'squashfs', 'vfat', 'xfs'] as const

type Mountable = (typeof MOUNTABLE)[number]

const SECTOR = 512

/** The check of what is in the image `path`; nothing in there can be mended. */
const within = (check: Check, path: string, tree: Tree): Check => ({
  ...check,
  tree,
  subject: '',
  report: (rule, inner, message, more = {}) =>
    check.report(rule, inner === '' ? path : below(path, inner), message, { ...more, fixes: [] }),
})

const unseen = ({ report }: Check, path: string, error: HostError, words = ''): undefined => {
  const message = words === '' ? error.reason : `${words}: ${error.reason}`
  if (error instanceof Unseen) report(FMT['FMT-05'], path, message, { severity: 'warning' })
  else report(FMT['FMT-06'], path, message)
  return undefined
}

const checkBytes = ({ report }: Check, path: string, size: number): void => {
  if (size % SECTOR !== 0)
    report(FMT['FMT-08'], path, `has a size that is no multiple of ${SECTOR}: the end of it is cut off`)
}

/** The one file system that the image is; undefined where it is none, which is reported. */
const checkSuperblock = (check: Check, path: string, size: number): Mountable | undefined => {
  const { tree, report } = check
  const read = (offset: number, length: number): Uint8Array => tree.bytes(path, offset, length)
  const found = superblocks(read)
  const [only] = found
  if (only === undefined)
    report(FMT['FMT-06'], path, 'has no file system that is known: with it no extension at all is merged')
  else if (found.length > 1) report(FMT['FMT-06'], path, `could be any of ${found.join(', ')}: systemd takes none`)
  else {
    const type = MOUNTABLE.find((one) => one === only)
    const wanted = sizeOf(read, only)
    if (type === undefined) report(FMT['FMT-05'], path, `holds ${only}, which systemd does not mount`)
    else if (wanted !== undefined && wanted > size)
      report(FMT['FMT-06'], path, 'is truncated: its file system is larger than the file')
    else return type
  }
  return undefined
}

const openPlain = (check: Check, path: string, size: number): Tree | undefined => {
  const type = checkSuperblock(check, path, size)
  checkBytes(check, path, size)
  if (type === undefined) return undefined
  const read = (offset: number, length: number): Uint8Array => check.tree.bytes(path, offset, length)
  return orElse<Tree | undefined>(
    () => openTree(check.host, { tree: check.tree, path, offset: 0, read, type }),
    (error) => unseen(check, path, error),
  )
}

const openSlot = (check: Check, path: string, { offset, read, content, words }: Slot): Tree | undefined => {
  const [type] = content
  if (type === undefined) return undefined
  return orElse<Tree | undefined>(
    () => openTree(check.host, { tree: check.tree, path, offset, read, type }),
    (error) => unseen(check, path, error, words),
  )
}

/** The root of a disk image with its usr in it, as they would be mounted. */
const openDisk = (check: Check, path: string, kind: ExtensionClass | undefined): Tree | undefined => {
  const options = { purpose: kind ?? ('unknown' as const), isForInitrd: false }
  const slots = (checkDdi({ ...check, subject: path }, options) ?? []).filter((slot) => isData(slot) && isUsed(slot))
  const find = (...roles: readonly string[]): Slot | undefined => slots.find(({ type }) => roles.includes(type.role))
  const [rootSlot, usrSlot] = [find('root') ?? find('linux-generic'), find('usr')]
  const root = rootSlot === undefined ? undefined : openSlot(check, path, rootSlot)
  const usr = usrSlot === undefined ? undefined : openSlot(check, path, usrSlot)
  if (root === undefined && usr === undefined) return undefined
  return usr === undefined ? root : mounted(root ?? nothing(below(check.tree.name, path)), 'usr', usr)
}

const checkClass = (
  { report }: Check,
  path: string,
  said: ExtensionClass | undefined,
  tree: Tree,
): ExtensionClass | undefined => {
  const found = classByContents(tree)
  const other = classByContents(tree, 'confext')
  const isSaid = said === undefined || found === undefined || said === found || said === other
  if (!isSaid) {
    report(FMT['FMT-04'], path, `is called a ${said} and is a ${found}: with it no extension at all is merged`, {
      hint: `mv ${path} ${path.replace(`.${said}.raw`, `.${found}.raw`)}`,
    })
    return undefined
  }
  return said ?? found ?? 'sysext'
}

const checkContents = (
  check: Check,
  path: string,
  tree: Tree,
  said: ExtensionClass | undefined,
  name: string | undefined,
): void => {
  const kind = checkClass(check, path, said, tree)
  if (kind === undefined) return
  if (!path.endsWith(`.${kind}.raw`))
    check.report(FMT['FMT-03'], path, `does not say in its name that it is a ${kind}`, {
      hint: `mv ${path} ${path.replace(/\.raw$/, '')}.${kind}.raw`,
    })
  const own = within(check, path, tree)
  const extension = newExtension(own, kind, nameOf(path), 'image')
  const named = name === undefined ? extension : { ...extension, name }
  if (kind === 'sysext') checkSysext(own, named)
  else checkConfext(own, named)
  checkOwners(own)
}

/** An image `path` of the tree, a file. `kind` and `name`: what the place it is in says of it. */
export const checkImageIn = (check: Check, path: string, kind: ExtensionClass | undefined, name?: string): void => {
  const { tree, report } = check
  const size = tree.node(path)?.size ?? 0
  if (size === 0) {
    report(FMT['FMT-06'], path, 'is empty: with it no extension at all is merged')
    return
  }
  const isDisk = isPartitioned(tree, path)
  checkBeside(check, path, isDisk)
  const said = kind ?? classByName(nameOf(path))
  const contents = isDisk ? openDisk(check, path, said) : openPlain(check, path, size)
  if (contents !== undefined)
    orElse<void>(
      () => checkContents(check, path, contents, said, name),
      (error) => unseen(check, path, error),
    )
}

/** What images are called by those who make them. */
export const IMAGE_LIKE = /\.(?:squashfs|sqfs|sfs|erofs|img|image|iso|ext4|btrfs|xfs|ddi)$/

export const isImageFile = (tree: Tree, subject: string): boolean => {
  if (tree.node(subject)?.kind !== 'file') return false
  if (subject.endsWith('.raw')) return classByName(nameOf(subject)) !== undefined || !isPartitioned(tree, subject)
  return (
    IMAGE_LIKE.test(subject) &&
    !isPartitioned(tree, subject) &&
    superblocks((o, l) => tree.bytes(subject, o, l)).length > 0
  )
}

/** The kind `image`, the check's subject. */
export const checkImageFile = (check: Check): void => {
  const { subject, report } = check
  const meant = subject.replace(IMAGE_LIKE, '.raw')
  const kind = classByName(nameOf(meant))
  if (meant !== subject)
    report(FMT['FMT-02'], subject, 'is ignored, an image has to end in .raw', {
      hint: `mv ${subject} ${meant}`,
    })
  checkImageIn({ ...check, subject: '' }, subject, undefined, parseExtensionName(nameOf(meant), kind ?? 'sysext')?.name)
}
