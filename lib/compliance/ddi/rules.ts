import { rules, systemdPage, uapi } from '../rule.ts'

const image = uapi('discoverable_disk_image', 'UAPI.3 Discoverable Disk Image')
const partitions = uapi('discoverable_partitions_specification', 'UAPI.2 Discoverable Partitions Specification')
const entries = uapi('boot_loader_specification', 'UAPI.1 Boot Loader Specification')

const TYPES = partitions('Defined Partition Type UUIDs')
const VERITY = partitions('Verity')
const dissect = systemdPage('systemd-dissect', 1)
const policy = systemdPage('systemd.image-policy', 7)

/** Disk images with a partition table, looked at where they are: nothing is mounted. */
export const DDI = rules({
  'DDI-01': [
    'E',
    'the image has a GUID partition table with valid checksums, a backup at its end, and partitions that lie in it and not over each other',
    image('Image Format'),
  ],
  'DDI-02': ['E', 'partitions have types of UAPI.2', TYPES, { why: 'systemd ignores all others.' }],
  'DDI-03': [
    'E',
    'an extension has one partition with its content: root, usr (but of a confext), or a single linux-generic one',
    policy,
    { why: 'systemd ignores usr in a confext, and takes linux-generic for the root only when there is one.' },
  ],
  'DDI-04': ['E', 'an image of a system has a root or a usr partition', dissect],
  'DDI-05': [
    'E',
    'verity comes with its data, a signature with verity, and only one of root and usr has them',
    VERITY,
    { why: 'systemd refuses the image.' },
  ],
  'DDI-06': [
    'E',
    'the hash tree begins with a superblock of sha256, and the UUIDs of data and tree are the halves of its root hash',
    VERITY,
    {
      why: 'They are how systemd finds what belongs together. The root hash is computed of the block at the top; what lies below is looked at when it is read, or by veritysetup verify.',
    },
  ],
  'DDI-07': [
    'E',
    'a signature partition is one JSON object with rootHash and signature, padded with NULs to 4 KiB, 4 MiB at most',
    VERITY,
  ],
  'DDI-08': [
    'W',
    'an extension is protected by signed verity',
    image('Image Format'),
    { why: 'In the initrd systemd takes no other.' },
  ],
  'DDI-09': [
    'W',
    'what cannot be written is flagged read-only, and nothing that is needed no-auto',
    partitions('Partition Attribute Flags'),
    { why: 'A partition with no-auto is ignored.' },
  ],
  'DDI-10': [
    'E',
    'labels are not _empty where the content is needed, and do not begin with PRT# or PND#',
    partitions('Partition Names'),
    { why: 'systemd ignores what is called _empty; the prefixes are those of unfinished updates.' },
  ],
  'DDI-11': [
    'W',
    'root and usr are labelled NAME_VERSION',
    partitions('Partition Names'),
    { why: 'Of several the one with the highest version is taken.' },
  ],
  'DDI-12': [
    'E',
    'types that say an architecture say the same',
    TYPES,
    { why: 'systemd 262 takes even a root of a foreign architecture when there is no other.' },
  ],
  'DDI-13': [
    'E',
    'file systems are those that are mounted automatically: vfat in ESP and XBOOTLDR, else btrfs, erofs, ext4, f2fs, squashfs, vfat, xfs or LUKS2',
    TYPES,
  ],
  'DDI-14': ['E', 'there is one ESP and one XBOOTLDR at most, no XBOOTLDR without ESP', entries('The Partitions')],
  'DDI-15': [
    'W',
    'there is no var partition',
    TYPES,
    { why: 'Its UUID is derived from the ID of the machine that it is used on, which no image knows.' },
  ],
  'DDI-16': [
    'W',
    'an extension has no home, srv, swap, tmp and var, and partitions are multiples of 4096 bytes',
    policy,
  ],
  'DDI-17': [
    'W',
    'the partition table is no MBR',
    image('Image Format'),
    { why: 'systemd takes it, others need not.' },
  ],
  'DDI-18': ['W', 'the image is called NAME.raw', image('File Suffix')],
})
