import { superblocks } from '../../formats/superblock.ts'
import type { ExtensionClass } from '../../layout/paths.ts'
import type { Check } from '../check.ts'
import { nameOf } from '../tree.ts'
import { FMT } from './rules.ts'

/** What systemd mounts without being told to, systemd.image-policy(7). */
const MOUNTABLE = ['btrfs', 'erofs', 'ext4', 'f2fs', 'squashfs', 'vfat', 'xfs']

const SECTOR = 512

const checkName = ({ report }: Check, path: string, kind: ExtensionClass): void => {
  if (!path.endsWith(`.${kind}.raw`))
    report(FMT['FMT-03'], path, `does not say that it is a ${kind}`, {
      hint: `mv ${path} ${path.replace(/\.raw$/, '')}.${kind}.raw`,
    })
}

/** An image `path` of the tree, a file. `name`: what the extension in it is called. */
export const checkImageIn = (check: Check, path: string, kind: ExtensionClass, _name: string | undefined): void => {
  const { tree, report } = check
  const size = tree.node(path)?.size ?? 0
  const read = (offset: number, length: number): Uint8Array => tree.bytes(path, offset, length)
  checkName(check, nameOf(path), kind)
  if (size === 0) {
    report(FMT['FMT-06'], path, 'is empty: with it no extension at all is merged')
    return
  }
  const found = superblocks(read)
  const bad = found.find((one) => !MOUNTABLE.includes(one))
  if (found.length === 0) report(FMT['FMT-06'], path, 'has no file system that is known')
  else if (found.length > 1) report(FMT['FMT-06'], path, `could be any of ${found.join(', ')}: systemd takes none`)
  else if (bad !== undefined) report(FMT['FMT-05'], path, `holds ${bad}, which systemd does not mount`)
  if (size % SECTOR !== 0)
    report(FMT['FMT-08'], path, `has ${size} bytes, which is no multiple of ${SECTOR}: the end of it is cut off`)
}
