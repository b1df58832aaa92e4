import type { ReadAt } from '../../formats/bytes.ts'
import type { Gpt, Partition } from '../../formats/gpt.ts'
import type { Superblock } from '../../formats/superblock.ts'
import { superblocks } from '../../formats/superblock.ts'
import { type PartitionType, partitionType, type Role, typeName } from './types.ts'

/** A partition with what its type and its label mean. */
export interface Slot {
  readonly partition: Partition
  readonly type: PartitionType
  /** `partition 2 (root-x86-64)` */
  readonly words: string
  /** In bytes. */
  readonly offset: number
  readonly size: number
  /** Why systemd does not look at it. */
  readonly ignored: 'no-auto' | '_empty' | undefined
  /** What it begins with. */
  readonly content: readonly Superblock[]
  readonly read: ReadAt
}

/** Reads inside of a part only. */
const part =
  (read: ReadAt, start: number, size: number): ReadAt =>
  (offset, length) =>
    offset >= size ? new Uint8Array() : read(start + offset, Math.min(length, size - offset))

/** Where bit 63 is asked for. */
const HAS_AUTO: ReadonlySet<Role> = new Set([
  'root',
  'usr',
  'home',
  'srv',
  'var',
  'tmp',
  'swap',
  'linux-generic',
  'xbootldr',
])

const slotOf = (partition: Partition, type: PartitionType, sectorSize: number, image: ReadAt): Slot => {
  const { label, flags, first, last, number } = partition
  const [offset, size] = [first * sectorSize, Math.max(last - first + 1, 0) * sectorSize]
  const read = part(image, offset, size)
  return {
    partition,
    type,
    words: `partition ${number} (${typeName(type)})`,
    offset,
    size,
    ignored: label === '_empty' ? '_empty' : flags.noAuto && HAS_AUTO.has(type.role) ? 'no-auto' : undefined,
    content: superblocks(read),
    read,
  }
}

/** Partitions with a type that systemd knows. */
export const slotsOf = ({ partitions, sectorSize }: Gpt, image: ReadAt): readonly Slot[] =>
  partitions.flatMap((partition) => {
    const type = partitionType(partition.type)
    return type === undefined ? [] : [slotOf(partition, type, sectorSize, image)]
  })

export const isData = ({ type }: Slot): boolean => type.part === 'data'
export const isSystem = ({ type }: Slot): boolean => type.role === 'root' || type.role === 'usr'
export const isUsed = ({ ignored }: Slot): boolean => ignored === undefined
