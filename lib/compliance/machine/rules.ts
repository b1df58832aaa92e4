import { ours, rules, uapi } from '../rule.ts'

const page = ours('bitbuilder-metadata.json', 5)
const entries = uapi('boot_loader_specification', 'UAPI.1 Boot Loader Specification')

/** A template of a virtual machine with a disk of its own. */
export const MACH = rules({
  'MACH-01': [
    'E',
    'disk-image has efi, boot and rootfs, and rootfs is a root file system',
    page,
    { fix: 'makes efi and boot' },
  ],
  'MACH-02': [
    'E',
    'disk-image/efi has systemd-boot, as EFI/systemd/systemd-bootx64.efi or for another architecture',
    page,
  ],
  'MACH-03': [
    'E',
    'disk-image/boot has a kernel, an initrd and an entry that names them, or there is a unified kernel image',
    entries('Locating Boot Entries'),
  ],
  'MACH-04': [
    'E',
    'rootfs/etc/machine-id is there and has no ID',
    { words: 'machine-id(5)', url: 'https://www.freedesktop.org/software/systemd/man/latest/machine-id.html' },
    {
      why: 'A root that is read-only in the first moments can only be given an ID if the file is there to be mounted over.',
      fix: 'makes an empty file',
    },
  ],
  'MACH-05': [
    'E',
    'config/vm-config.yaml is there; user-data and meta-data of cloud-init are what it takes',
    { words: 'cloud-init, "User-data formats"', url: 'https://docs.cloud-init.io/en/latest/explanation/format.html' },
  ],
  'MACH-06': ['E', 'extensions has *.sysext.raw and *.confext.raw that fit the root file system', page],
  'MACH-07': [
    'W',
    'rootfs has empty efi and boot, to be mounted on, and etc/systemd/system and etc/systemd/network',
    entries('Mount Points'),
    { fix: 'makes the directories' },
  ],
})
