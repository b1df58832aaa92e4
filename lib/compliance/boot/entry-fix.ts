import type { OsRelease } from '../../systemd/os-release.ts'
import type { Fix } from '../finding.ts'
import { below, type Tree } from '../tree.ts'

/** The names that a kernel and its initrd have in the root of a partition, where they are named by no entry. */
const KERNEL = 'vmlinuz'
const INITRD = 'initrd.img'

const plain = (text: string): string => text.replace(/[^A-Za-z0-9+_.-]/g, '-')

/** UAPI.1, "Type #1 Boot Loader Specification Entries". */
const entryText = (release: OsRelease | undefined, key: string): string => {
  const version = release?.get('IMAGE_VERSION') ?? release?.get('VERSION_ID')
  const lines = [
    `title    ${release?.get('PRETTY_NAME') ?? release?.get('NAME') ?? 'Linux'}`,
    ...(version === undefined ? [] : [`version  ${version}`]),
    `sort-key ${key}`,
    `linux    /${KERNEL}`,
    `initrd   /${INITRD}`,
  ]
  return `${lines.join('\n')}\n`
}

/** An entry for a kernel that lies on a partition without one; none where there is no kernel, or the entry would have no name. */
export const entryFixes = (tree: Tree, partition: string, release: OsRelease | undefined): readonly Fix[] => {
  const isThere = [KERNEL, INITRD].every((name) => tree.node(below(partition, name))?.kind === 'file')
  if (!isThere) return []
  const key = plain(release?.get('IMAGE_ID') ?? release?.get('ID') ?? 'linux')
  const path = below(partition, `loader/entries/${key}.conf`)
  return tree.node(path) === undefined ? [{ do: 'write', path, text: entryText(release, key), mode: 0o644 }] : []
}
