import { hierarchy, ours, rules, systemdDocument, systemdPage, uapi } from '../rule.ts'

const images = (heading: string) => systemdDocument('BUILDING_IMAGES', heading)
const requirements = systemdDocument('SYSTEMD_FILE_HIERARCHY_REQUIREMENTS')
const links = hierarchy('Compatibility Symlinks')
const nodes = hierarchy('Node Types')
const writing = hierarchy('Write Access')
const boot = uapi('boot_loader_specification', 'UAPI.1 Boot Loader Specification')
const configuration = uapi('configuration_files_specification', 'UAPI.6 Configuration Files')
const extension = uapi('extension_image', 'UAPI.5 Extension Images')

export const ROOT = rules({
  'ROOT-01': ['E', 'the root is a directory', hierarchy('General Structure')],
  'ROOT-02': [
    'E',
    '/etc, /usr, /var, /proc, /sys, /dev, /run and /tmp are directories and no links',
    requirements,
    { fix: 'makes the ones that are missing' },
  ],
  'ROOT-03': ['E', '/tmp has mode 1777', hierarchy('Unprivileged Write Access'), { fix: 'sets the mode' }],
  'ROOT-04': [
    'E',
    '/var/tmp has mode 1777 and does not lead out of the tree',
    hierarchy('/var/tmp/'),
    { fix: 'sets the mode' },
  ],
  'ROOT-05': [
    'E',
    '/dev, /proc, /sys and /run are empty',
    requirements,
    { why: 'File systems are mounted there, and what lies below is not seen.' },
  ],
  'ROOT-06': ['E', 'no file lies in / itself, but /init of an initrd', ours()],
  'ROOT-07': ['W', 'links in / are those from before /usr was merged, and lead to somewhere in the tree', links],
  'ROOT-08': ['W', '/ has the directories that everybody knows', hierarchy('General Structure')],
  'ROOT-09': [
    'E',
    '/bin, /sbin, /lib and /lib64 are links into /usr',
    links,
    { why: 'systemd has not supported anything else since version 255.' },
  ],
  'ROOT-10': [
    'W',
    'these links are relative',
    links,
    { why: 'An absolute one leads into the host when the tree is looked at from outside.', fix: 'makes them relative' },
  ],
  'ROOT-11': ['W', '/usr/sbin is a link to bin', hierarchy('/bin/ /sbin/ /usr/sbin/')],
  'ROOT-12': ['W', '/var/run is a link to /run', hierarchy('/var/run/'), { fix: 'makes it one where it is empty' }],
  'ROOT-13': [
    'W',
    '/boot and /efi are directories, and empty where a partition is mounted on them',
    boot('Mount Points'),
    { fix: 'makes the ones that are missing' },
  ],
  'ROOT-14': ['E', 'device nodes are in /dev alone', nodes],
  'ROOT-15': ['E', 'sockets and FIFOs are in /run alone', nodes],
  'ROOT-16': ['W', 'names are UTF-8 without control characters', hierarchy('Character Sets')],
  'ROOT-17': [
    'E',
    'links lead to something in the tree, and not out of it',
    systemdPage('systemd-nspawn', 1),
    { why: 'Outside of a chroot a link that climbs above the root, or is absolute, leads into the host.' },
  ],
  'ROOT-18': [
    'E',
    '/etc/machine-id is missing, empty or says uninitialized',
    systemdPage('machine-id', 5),
    {
      why: 'Otherwise all that is made from the tree is the same machine to its network and its logs.',
      fix: 'empties it',
    },
  ],
  'ROOT-19': [
    'E',
    'seeds, host keys and secrets that each machine makes for itself are not there',
    images('Resources to Reset'),
    { fix: 'removes them' },
  ],
  'ROOT-20': ['W', '/etc/hostname and /etc/machine-info are not there', images('Resources to Reset')],
  'ROOT-21': [
    'W',
    'what is in /var/lib can be made again from /usr',
    hierarchy('/var/'),
    { why: 'A system may start with an empty /var: tmpfiles.d(5) and /usr/share/factory/var fill it.' },
  ],
  'ROOT-22': [
    'W',
    "a vendor's units are in /usr/lib/systemd, not in /etc",
    configuration('Directories'),
    { why: 'With an empty /etc, or a configuration extension over it, they are not there.' },
  ],
  'ROOT-23': [
    'E',
    '.wants, .requires and .upholds directories have links to units that are there',
    systemdPage('systemd.unit', 5),
  ],
  'ROOT-24': [
    'E',
    'network files are in systemd/network and units in systemd/system or systemd/user',
    systemdPage('systemd.network', 5),
    { why: 'Nobody reads them elsewhere.', fix: 'moves network files that are among the units' },
  ],
  'ROOT-25': ['W', '/usr/libexec, /opt, /etc/opt and /var/opt are not used', hierarchy('/opt/')],
  'ROOT-26': [
    'W',
    'the system belongs to root, who alone may write to it',
    writing,
    { why: 'Whoever may write there is root.' },
  ],
  'ROOT-27': [
    'W',
    'there is no extension-release file',
    extension('Identification'),
    { why: 'With one, the tree is taken for an extension as well.' },
  ],
  'ROOT-28': [
    'W',
    'there is no /etc/initrd-release',
    systemdPage('os-release', 5),
    { why: 'With it the tree is an initrd, for which other extensions are looked for in other places.' },
  ],
  'ROOT-29': [
    'W',
    '/etc/shadow has no password in it and is not readable for others',
    images('Resources to Reset'),
    { fix: 'sets the mode' },
  ],
})
