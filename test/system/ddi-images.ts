/** Images that systemd-repart is asked for, and what we and systemd-dissect have to say of each. */

/** A partition for repart.d(5): type, and what else there is to say of it. */
export type Definition = readonly [type: string, ...more: readonly string[]]

const LABEL = 'Label=t_1'
const EROFS = ['Format=erofs', 'CopyFiles=/mnt/tree:/', 'ReadOnly=yes', 'Minimize=best'] as const
const EXT4 = ['Format=ext4', 'CopyFiles=/mnt/tree:/', 'SizeMinBytes=2M', 'SizeMaxBytes=2M'] as const
const VFAT = ['Format=vfat', 'SizeMinBytes=40M', 'SizeMaxBytes=40M'] as const

const verity = (role: string, match = 'x'): readonly Definition[] => [
  [role, LABEL, ...EROFS, 'Verity=data', `VerityMatchKey=${match}`],
  [`${role}-verity`, LABEL, 'Verity=hash', `VerityMatchKey=${match}`, 'Minimize=best'],
]
const signed = (role: string): readonly Definition[] => [
  ...verity(role),
  [`${role}-verity-sig`, LABEL, 'Verity=signature', 'VerityMatchKey=x'],
]

export interface Row {
  readonly about: string
  /** Only .sysext.raw and .confext.raw say what an image is for. */
  readonly name: string
  readonly partitions: readonly Definition[]
  /** Lines of sh on it afterwards, in which `$1` is the image. */
  readonly after?: string
  readonly sectorSize?: 4096
  /** Our errors. */
  readonly ours: string
  /** Whether systemd-dissect --validate takes it. */
  readonly theirs: boolean
  /** Why that is not the same, if it is not. */
  readonly because?: string
}

/** systemd-dissect(1) --validate looks at combinations of partitions and at superblocks, and at nothing else. */
const NOT_HASHED = '--validate hashes nothing'
export const NO_BACKUP = 'the backup is only asked for when the first table is broken'

/** Byte 4 of the hash tree's second block, which is its top. */
const CHANGE_TREE =
  'start=$(sfdisk -J "$1" | jq .partitiontable.partitions[1].start); printf x | dd of="$1" bs=1 seek=$((start * 512 + 4100)) conv=notrunc status=none'

export const ROWS: readonly Row[] = [
  { about: 'root', name: 'root.raw', partitions: [['root', LABEL, ...EROFS]], ours: '', theirs: true },
  { about: 'root in ext4', name: 'ext4.raw', partitions: [['root', LABEL, ...EXT4]], ours: '', theirs: true },
  { about: 'usr', name: 'usr.raw', partitions: [['usr', LABEL, ...EROFS]], ours: '', theirs: true },
  {
    about: 'sectors of 4096 bytes',
    name: 'sectors.raw',
    sectorSize: 4096,
    partitions: [
      ['root', LABEL, ...EROFS],
      ['home', ...EXT4],
    ],
    ours: '',
    theirs: true,
  },
  {
    about: 'root and usr',
    name: 'both.raw',
    partitions: [
      ['root', LABEL, ...EROFS],
      ['usr', LABEL, ...EROFS],
    ],
    ours: '',
    theirs: true,
  },
  {
    about: 'usr for another machine than root',
    name: 'foreign.raw',
    partitions: [
      ['root', LABEL, ...EROFS],
      ['usr-arm64', LABEL, ...EROFS],
    ],
    ours: 'DDI-12',
    theirs: false,
  },
  {
    about: 'root for arm64 alone',
    name: 'arm64.raw',
    partitions: [['root-arm64', LABEL, ...EROFS]],
    ours: '',
    theirs: true,
  },
  { about: 'one generic', name: 'generic.raw', partitions: [['linux-generic', ...EXT4]], ours: '', theirs: true },
  {
    about: 'two generic',
    name: 'generics.raw',
    partitions: [
      ['linux-generic', ...EXT4],
      ['linux-generic', ...EXT4],
    ],
    ours: 'DDI-04',
    theirs: false,
  },
  {
    about: 'root and ESP',
    name: 'esp.raw',
    partitions: [
      ['esp', ...VFAT],
      ['root', LABEL, ...EXT4],
    ],
    ours: '',
    theirs: true,
  },
  {
    about: 'home alone',
    name: 'home.raw',
    partitions: [['home', ...EXT4]],
    ours: 'DDI-04',
    theirs: true,
    because: 'that there is something to mount is only asked when it is mounted',
  },
  {
    about: 'a root that is not mounted by itself',
    name: 'no-auto.raw',
    partitions: [['root', LABEL, ...EXT4, 'NoAuto=yes']],
    ours: 'DDI-09',
    theirs: false,
  },
  {
    about: 'a root called _empty',
    name: 'empty.raw',
    partitions: [['root', 'Label=_empty', ...EXT4]],
    ours: 'DDI-10',
    theirs: false,
  },
  {
    about: 'a root, and another called _empty',
    name: 'update.raw',
    partitions: [
      ['root', LABEL, ...EXT4],
      ['root', 'Label=_empty', 'SizeMinBytes=2M', 'SizeMaxBytes=2M'],
    ],
    ours: '',
    theirs: true,
  },
  { about: 'verity', name: 'verity.raw', partitions: verity('root'), ours: '', theirs: true },
  { about: 'signed verity', name: 'signed.raw', partitions: signed('root'), ours: '', theirs: true },
  { about: 'signed verity of usr', name: 'signed-usr.raw', partitions: signed('usr'), ours: '', theirs: true },
  {
    about: 'a hash tree without data',
    name: 'no-data.raw',
    partitions: verity('root'),
    after: 'sfdisk --quiet --delete "$1" 1',
    ours: 'DDI-04 DDI-05',
    theirs: false,
  },
  {
    about: 'a signature without hash tree',
    name: 'no-hash.raw',
    partitions: signed('root'),
    after: 'sfdisk --quiet --delete "$1" 2',
    ours: 'DDI-05',
    theirs: false,
  },
  {
    about: 'verity of root and of usr',
    name: 'twice.raw',
    partitions: [...verity('root'), ...verity('usr', 'y')],
    ours: 'DDI-05',
    theirs: false,
  },
  {
    about: 'verity of root, and usr without',
    name: 'beside.raw',
    partitions: [...verity('root'), ['usr', LABEL, ...EROFS]],
    ours: 'DDI-05',
    theirs: false,
  },
  {
    about: 'another UUID of the data',
    name: 'uuid.raw',
    partitions: signed('root'),
    after: 'sfdisk --quiet --part-uuid "$1" 1 12345678-1234-4234-8234-123456789abc',
    ours: 'DDI-06',
    theirs: true,
    because: NOT_HASHED,
  },
  {
    about: 'another byte in the hash tree',
    name: 'tree.raw',
    partitions: signed('root'),
    after: CHANGE_TREE,
    ours: 'DDI-06',
    theirs: true,
    because: NOT_HASHED,
  },
  {
    about: 'usr in a confext',
    name: 'net.confext.raw',
    partitions: signed('usr'),
    ours: 'DDI-03',
    theirs: true,
    because: 'what an image is for stands in no image: systemd-confext(8) has a policy that --validate is not told',
  },
  {
    about: 'nothing in the root',
    name: 'blank.raw',
    partitions: [['root', LABEL, 'SizeMinBytes=1M', 'SizeMaxBytes=1M']],
    ours: 'DDI-13',
    theirs: true,
    because: 'that there is a file system is only asked when it is mounted',
  },
  {
    about: 'a file that was made longer',
    name: 'longer.raw',
    partitions: [['root', LABEL, ...EROFS]],
    after: 'truncate --size=+4096 "$1"',
    ours: 'DDI-01',
    theirs: true,
    because: NO_BACKUP,
  },
  {
    about: 'a file that was cut off',
    name: 'shorter.raw',
    partitions: [['root', LABEL, ...EROFS]],
    after: 'truncate --size=-4096 "$1"',
    ours: 'DDI-01',
    theirs: true,
    because: NO_BACKUP,
  },
]
