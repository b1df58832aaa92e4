import { line, lines, section } from '../systemd/unit.ts'
import type { Source } from './source.ts'

/** The name of a GPT partition, UAPI.2 and the UEFI specification: so many units of UTF-16. */
const LONGEST_LABEL = 36

const labelOf = (name: string, version: string | undefined): string | undefined => {
  const label = version === undefined ? name : `${name}_${version}`
  return label.length > LONGEST_LABEL ? undefined : label
}

/** What an extension of a class may hold, UAPI.4. */
const COPIED = { sysext: ['/usr/', '/opt/'], confext: ['/etc/'] } as const

const partition = (content: string): string => section('Partition', content).trimStart()

/**
 * repart.d(5) for an extension: a root partition with erofs, the hash tree of dm-verity, and a signature where there is a key.
 * As systemd's own for --make-ddi=, which cannot be had without a signature nor with a name.
 */
export const ddiDefinitions = (
  { kind, name, architecture }: Source,
  version: string | undefined,
  isSigned: boolean,
): ReadonlyMap<string, string> => {
  const root = architecture === undefined ? 'root' : `root-${architecture}`
  const label = line('Label', labelOf(name, version))
  const match = line('VerityMatchKey', 'root')
  const size = line('Minimize', 'best')
  const data = line('Format', 'erofs') + lines('CopyFiles', COPIED[kind]) + line('Verity', 'data')
  const definitions: readonly (readonly [string, string])[] = [
    ['10-root.conf', line('Type', root) + label + data + match + size],
    ['20-root-verity.conf', line('Type', `${root}-verity`) + label + line('Verity', 'hash') + match + size],
    ['30-root-verity-sig.conf', line('Type', `${root}-verity-sig`) + label + line('Verity', 'signature') + match],
  ]
  const wanted = isSigned ? definitions : definitions.slice(0, 2)
  return new Map(wanted.map(([file, content]) => [file, partition(content)]))
}
