import { orElse } from '../../host/host.ts'
import type { Check } from '../check.ts'
import { walk } from '../walk.ts'
import { FMT } from './rules.ts'

/** FMT-09: of what builds an image nothing should stay in it. One finding for all. */
export const checkOwners = (check: Check): void => {
  const { tree, report } = check
  let [foreign, count, label] = ['', 0, '']
  walk(tree, '', {
    visit: (path, { uid, gid, kind }) => {
      if (uid !== 0 || gid !== 0) {
        if (count === 0) foreign = `${path} of ${uid}:${gid}`
        count += 1
      }
      const hasLabel =
        label === '' &&
        kind === 'directory' &&
        orElse(
          () => tree.attributes(path).has('security.selinux'),
          () => false,
        )
      if (hasLabel) label = path
      return true
    },
    giveUp: () => {},
  })
  if (count > 0)
    report(FMT['FMT-09'], '', `has ${count === 1 ? 'something' : `${count} things`} not of root: ${foreign}`, {
      hint: 'mksquashfs -all-root, mkfs.erofs --all-root',
    })
  if (label !== '')
    report(FMT['FMT-09'], label, 'has the SELinux label of the machine that made the image', {
      hint: 'bitbuilder image build leaves them out',
    })
}
