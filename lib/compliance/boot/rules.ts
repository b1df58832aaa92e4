import { ours, rules, systemdDocument, systemdPage, uapi } from '../rule.ts'

const entries = uapi('boot_loader_specification', 'UAPI.1 Boot Loader Specification')
const unified = uapi('unified_kernel_image', 'UAPI.5 Unified Kernel Image')
const stub = systemdPage('systemd-stub', 7)

const PARTITIONS = entries('The Partitions')
const TYPE_1 = entries('Type #1 Boot Loader Specification Entries')
const TYPE_2 = entries('Type #2 EFI Unified Kernel Images')
const COUNTING = entries('Boot counting')

/** What a tree needs to be booted: an ESP or XBOOTLDR, or what stands for them. */
export const BOOT = rules({
  'BOOT-01': [
    'E',
    'there is something to boot: an entry in loader/entries, a unified kernel image in EFI/Linux, or a kernel that is given directly',
    entries('Locating Boot Entries'),
    { fix: 'writes an entry for vmlinuz and initrd.img where they lie in the root of a partition' },
  ],
  'BOOT-02': ['E', 'loader/entries and EFI/Linux are right below the root of the partition', TYPE_1],
  'BOOT-03': [
    'E',
    'an ESP or XBOOTLDR has only directories and regular files',
    PARTITIONS,
    { why: 'It is a VFAT file system, which has nothing else; systemd leaves out entries that are links.' },
  ],
  'BOOT-04': [
    'E',
    'names differ by more than case, have at most 255 characters, and none of < > : " | ? * \\',
    PARTITIONS,
    { why: 'On VFAT one of two such files would take the place of the other.' },
  ],
  'BOOT-05': [
    'E',
    'an entry is called NAME.conf, of letters, digits, +, -, _ and ., at most 255 characters',
    TYPE_1,
    { why: 'systemd takes @ as well, other boot loaders need not.' },
  ],
  'BOOT-06': [
    'W',
    'a boot counter has both numbers in the same width, as in +3-0 or +10-00',
    COUNTING,
    { why: 'The name has the same length then however often it was tried.', fix: 'renames the entry' },
  ],
  'BOOT-07': ['E', 'an entry is UTF-8, a known key and its value in each line, lines ended by newlines alone', TYPE_1],
  'BOOT-08': [
    'E',
    'an entry has exactly one of linux, efi, uki and uki-url',
    TYPE_1,
    { why: 'bootctl(1) lists an entry that has none, the boot loader cannot start it.' },
  ],
  'BOOT-09': [
    'E',
    'files that an entry names are on its partition, by normalised paths in the same case',
    entries('Type #1 Boot Loader Entry Keys'),
  ],
  'BOOT-10': [
    'E',
    'machine-id has 32 lower-case hexadecimal digits; a template has none',
    entries('Type #1 Boot Loader Entry Keys'),
  ],
  'BOOT-11': ['E', 'architecture is one that EFI has a name for', entries('Type #1 Boot Loader Entry Keys')],
  'BOOT-12': [
    'W',
    'an entry has a title, version is one of UAPI.10, sort-key has only letters, digits, ., _ and -',
    entries('Type #1 Boot Loader Entry Keys'),
  ],
  'BOOT-13': ['E', 'extra names *.sysext.raw, *.confext.raw, *.cred or *.addon.efi', TYPE_1],
  'BOOT-14': [
    'E',
    'profile is a number, of an entry with uki or uki-url',
    TYPE_1,
    { why: 'systemd leaves out an entry whose profile is no number, and ignores one without such an image.' },
  ],
  'BOOT-15': [
    'W',
    'loader/entries.srel says type1',
    entries('Standard-conformance Marker File'),
    { fix: 'writes it anew' },
  ],
  'BOOT-16': [
    'E',
    'the boot loader is an EFI application for the machine that its name says',
    unified('UKI File Format'),
  ],
  'BOOT-17': [
    'E',
    'an ESP has EFI/BOOT/BOOTX64.EFI, or that of its architecture',
    systemdDocument('ROOTFS_DISCOVERY', 'Automatic Discovery on Disks'),
    {
      why: 'Firmware that has no boot variables yet, as that of a new virtual machine, starts this file.',
      fix: 'copies systemd-boot there',
    },
  ],
  'BOOT-18': [
    'E',
    'a unified kernel image is called NAME.efi and is an EFI application with the sections .linux and .osrel',
    TYPE_2,
    { why: 'UAPI.5 asks for .linux alone; systemd lists only what has both.' },
  ],
  'BOOT-19': [
    'E',
    'each section of a unified kernel image is there once in each profile, but .dtb, .dtbauto, .efifw and .fwauto',
    unified('UKI Components'),
    {
      why: 'The order in UAPI.5 is that in which sections are measured. In the file they may have any: ukify(1) itself has another.',
    },
  ],
  'BOOT-20': ['E', '.osrel is an os-release with a name and a version, those of the root file system', TYPE_2],
  'BOOT-21': [
    'W',
    'a unified kernel image has .cmdline, .initrd, .uname and .sbat; .cmdline is one line, .pcrpkey PEM, .pcrsig JSON of signed PCRs',
    unified('UKI Components'),
  ],
  'BOOT-22': [
    'E',
    'an addon is an EFI application without .linux that has .cmdline, .dtb, .dtbauto, .ucode or .initrd, in loader/addons or NAME.efi.extra.d',
    unified('PE Addons'),
  ],
  'BOOT-23': [
    'W',
    'companions of a kernel are *.cred, *.sysext.raw, *.confext.raw and *.addon.efi in their directories, which are called after a kernel',
    stub,
    { why: 'Others are not read. Images are taken in the initrd only with signed verity.' },
  ],
  'BOOT-24': [
    'W',
    'packaged unified kernel images are in usr/lib/modules/VERSION/',
    unified('Locations for Distribution-built UKIs Installed by Package Managers'),
  ],
  'BOOT-25': ['E', 'a kernel and an initrd are what they are called', ours()],
  'BOOT-26': [
    'W',
    'kernel and initrd are in a directory of their own, /TOKEN/VERSION/',
    entries('Recommended Directory Layout for Additional Files'),
    { why: 'In the root of the partition two systems overwrite the kernels of each other.' },
  ],
  'BOOT-27': ['W', 'loader.conf has only known keys, and its default is there', systemdPage('loader.conf', 5)],
  'BOOT-28': [
    'W',
    'the partition of boot entries has at least 1 GiB, and ESP and XBOOTLDR are FAT16 or FAT32',
    entries('Creating These Partitions'),
  ],
  'BOOT-29': [
    'W',
    'etc/kernel/entry-token says after what boot entries are called',
    systemdDocument('BUILDING_IMAGES', 'Boot Menu Entry Identifiers'),
    { why: 'kernel-install(8) would use the machine ID, which a template has not.' },
  ],
})
