import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { Fixed } from './formats.ts'
import type { Progress } from './progress.ts'
import { failureOf } from './tools.ts'

/** What signs the root hash of dm-verity: PEM files. */
export interface SigningKey {
  readonly privateKey: string
  readonly certificate: string
}

/** A disk image that systemd-repart(8) makes, without loop devices and so without root. */
export interface Disk extends Fixed {
  /** A directory of repart.d(5) files. */
  readonly definitions: string
  /** Where CopyFiles= takes from. */
  readonly tree: string
  readonly image: string
  readonly key: SigningKey | undefined
}

/** As systemd-repart says it of each partition. */
export interface Partition {
  readonly type: string
  readonly label: string
  readonly uuid: string
  readonly roothash: string | undefined
}

/** Seconds. A disk of some gigabytes is compressed twice. */
const PATIENCE = 7200

const repartCommand = ({ definitions, tree, image, key, epoch, uuid }: Disk): readonly string[] => [
  ...['env', `SOURCE_DATE_EPOCH=${epoch}`, 'LC_ALL=C.UTF-8', 'systemd-repart'],
  ...['--empty=create', '--size=auto', '--offline=yes', '--dry-run=no', '--pretty=no', '--json=short'],
  ...[`--seed=${uuid}`, `--definitions=${definitions}`, `--copy-source=${tree}`],
  ...(key === undefined ? [] : [`--private-key=${key.privateKey}`, `--certificate=${key.certificate}`]),
  image,
]

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const partitionsIn = (said: string): readonly Partition[] => {
  let rows: unknown
  try {
    rows = JSON.parse(said)
  } catch {
    throw new HostError('systemd-repart', 'did not say what it has made')
  }
  return (Array.isArray(rows) ? rows : []).map((row: Record<string, unknown>) => ({
    type: text(row.type),
    label: text(row.label),
    uuid: text(row.uuid),
    roothash: text(row.roothash) || undefined,
  }))
}

/** What belongs to us in the tree belongs to root in the image. */
const asRoot = (host: Host, { tree }: Disk): readonly string[] =>
  host.stat(tree)?.uid === 0 ? [] : ['unshare', '--map-root-user', '--']

/** Makes the image and says what is in it. Throws HostError. */
export const makeDisk = (host: Host, disk: Disk, progress: Progress): readonly Partition[] => {
  const command = [...asRoot(host, disk), ...repartCommand(disk)]
  const finished = progress.run(host, 'making the disk image', command, PATIENCE, disk.image)
  if (finished.status !== 0) throw failureOf(['systemd-repart'], finished)
  return partitionsIn(finished.stdout)
}
