import { ours, rules, systemdPage, uapi } from '../rule.ts'

const page = systemdPage('systemd-sysext', 8)
const dissect = systemdPage('systemd-dissect', 1)
const versions = systemdPage('systemd.v', 7)
/** UAPI.3, .4 and .10. */
const ddi = uapi('discoverable_disk_image', 'UAPI.3 Discoverable Disk Images')
const images = uapi('extension_image', 'UAPI.4 Extension Images')
const format = uapi('version_format_specification', 'UAPI.10 Version Format')

export const FMT = rules({
  'FMT-01': [
    'E',
    'an extension is a directory, a file NAME.raw or a block device',
    page,
    { why: 'A directory NAME.mstack or a loop of links among the extensions keeps all of them from being merged.' },
  ],
  'FMT-02': [
    'E',
    'the name of an image ends in .raw',
    page,
    { why: 'NAME.squashfs, NAME.img and NAME.erofs are ignored.' },
  ],
  'FMT-03': ['W', 'the name of an image ends in .sysext.raw or .confext.raw', images('File Suffix')],
  'FMT-04': [
    'E',
    'the name says the class that the contents have',
    images('File Suffix'),
    {
      why: 'A configuration extension called NAME.sysext.raw is looked for as NAME.sysext, and keeps all others from being merged.',
    },
  ],
  'FMT-05': [
    'E',
    'an image is a file system that systemd mounts: btrfs, erofs, ext4, f2fs, squashfs, vfat or xfs',
    dissect,
  ],
  'FMT-06': [
    'E',
    'an image has one file system, and all of it',
    dissect,
    { why: 'An empty, truncated or ambiguous image is not ignored: nothing at all is merged.' },
  ],
  'FMT-07': [
    'E',
    'an image has an extension-release file that fits its name',
    page,
    { why: 'A directory without one is ignored. An image without one keeps all others from being merged.' },
  ],
  'FMT-08': [
    'E',
    'the size of an image is a multiple of 512 bytes',
    dissect,
    { why: 'The loop device cuts off the rest, and what is cut off is missing: mksquashfs -nopad makes such images.' },
  ],
  'FMT-09': ['W', 'everything in an image is of root', ours()],
  'FMT-10': [
    'W',
    'files beside an image for its verity data are called after it and hold what they should',
    dissect,
    {
      why: 'They are NAME.verity, NAME.roothash, NAME.roothash.p7s, NAME.usrhash and NAME.usrhash.p7s, and not for an image with a partition table.',
    },
  ],
})

export const NAME = rules({
  'NAME-01': ['E', 'a name with a version is NAME_VERSION[_ARCHITECTURE][+LEFT[-DONE]]', versions],
  'NAME-02': [
    'E',
    'a version has only A-Z, a-z, 0-9, ., ~, ^ and -',
    format('Version Format'),
    { why: '_ and + separate the parts of a name: a_1_2.raw is version 1 for an architecture 2.' },
  ],
  'NAME-03': ['E', 'the architecture in a name is one that systemd knows', versions],
  'NAME-04': [
    'E',
    'outside of a .v directory the version is part of the name, and separated by _',
    ddi('Image Version'),
    { why: 'extension-release.NAME is found for NAME_1.2.raw, and not for NAME-1.2.raw.' },
  ],
  'NAME-05': [
    'E',
    'NAME.v, NAME.raw.v and NAME.sysext.raw.v are directories, of files NAME_VERSION with the same ending',
    versions,
  ],
  'NAME-06': [
    'W',
    'everything in a .v directory can be picked, and something in it is for this architecture and has tries left',
    versions,
  ],
  'NAME-07': ['E', 'the version that is picked from a .v directory is what its name says', versions],
  'NAME-08': ['W', 'there are no two extensions of the same name', page],
  'NAME-09': ['W', 'the order of extensions does not depend on how versions are compared', images('Ordering')],
})
