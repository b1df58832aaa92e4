import type { Superblock } from '../../formats/superblock.ts'
import { type HostError, orElse } from '../../host/host.ts'
import { checkBoot, checkPackagesBoot, releaseOf } from '../boot/boot.ts'
import type { Check } from '../check.ts'
import { mounted, nothing, openTree } from '../image/open.ts'
import { Unseen } from '../image/source.ts'
import { checkRootfs } from '../rootfs/rootfs.ts'
import { below, type Tree } from '../tree.ts'
import { isData, isUsed, type Slot } from './image.ts'
import { DDI } from './rules.ts'

/** The system that is in a disk image: its root, with usr, and what boots it. */

/** What we can look into. Of others, and of what is encrypted, the partition table is all there is to see. */
const READABLE: readonly Superblock[] = ['squashfs', 'erofs', 'ext4', 'vfat']

/** The check of a tree in the image; nothing in there can be mended. */
const within = (check: Check, tree: Tree): Check => ({
  ...check,
  tree,
  subject: '',
  report: (rule, path, message, more = {}) =>
    check.report(rule, path === '' ? check.subject : below(check.subject, path), message, { ...more, fixes: [] }),
})

/** What was not looked into is no fault of the image, what cannot be read is. */
const unread = ({ report, subject }: Check, words: string, error: HostError): undefined => {
  report(DDI['DDI-13'], subject, `${words}: ${error.reason}`, error instanceof Unseen ? { severity: 'warning' } : {})
  return undefined
}

const open = (check: Check, slot: Slot | undefined, readable = READABLE): Tree | undefined => {
  const type = readable.find((one) => slot?.content.length === 1 && slot.content[0] === one)
  if (slot === undefined || type === undefined) return undefined
  const { offset, read, words } = slot
  return orElse<Tree | undefined>(
    () => openTree(check.host, { tree: check.tree, path: check.subject, offset, read, type }),
    (error) => unread(check, words, error),
  )
}

/** The partitions that are mounted on /efi and /boot. */
const checkBootTrees = (
  check: Check,
  esp: Tree | undefined,
  xbootldr: Tree | undefined,
  root: Tree | undefined,
): void => {
  if (esp === undefined && xbootldr === undefined) return
  let tree = nothing(below(check.tree.name, check.subject))
  if (esp !== undefined) tree = mounted(tree, 'efi', esp)
  if (xbootldr !== undefined) tree = mounted(tree, 'boot', xbootldr)
  checkBoot(within(check, tree), { release: root === undefined ? undefined : releaseOf(root) })
}

export const checkSystem = (check: Check, slots: readonly Slot[]): void => {
  const find = (...roles: readonly string[]): Slot | undefined =>
    slots.find((slot) => isData(slot) && isUsed(slot) && roles.includes(slot.type.role))
  const [espSlot, xbootldrSlot] = [find('esp'), find('xbootldr')]
  const [bare, usr] = [open(check, find('root') ?? find('linux-generic')), open(check, find('usr'))]
  const root = bare === undefined || usr === undefined ? bare : mounted(bare, 'usr', usr)
  orElse<void>(
    () => {
      if (root !== undefined) {
        checkRootfs(within(check, root), espSlot !== undefined || xbootldrSlot !== undefined)
        checkPackagesBoot(within(check, root))
      }
      checkBootTrees(check, open(check, espSlot, ['vfat']), open(check, xbootldrSlot, ['vfat']), root ?? usr)
    },
    (error) => unread(check, 'what is in it', error),
  )
}
