import { hierarchy, ours, rules, type Source, systemdDocument, systemdPage } from '../rule.ts'

const record = (heading: string): Source => systemdDocument('USER_RECORD', heading)
const regular = record('Fields in the regular section')
const dropIns = systemdPage('nss-systemd', 8)
const directory = systemdDocument('HOME_DIRECTORY')

export const HOME = rules({
  'HOME-01': [
    'E',
    'a user record is one object of JSON without duplicate keys, whose integers are between -2^63 and 2^64-1',
    record('Why JSON?'),
  ],
  'HOME-02': [
    'E',
    'userName is there, and is a name that every program takes: a-z, then a-z, 0-9 and -, at most 31 characters',
    systemdDocument('USER_NAMES', 'Common Core'),
  ],
  'HOME-03': [
    'E',
    'a template of a record has no section and no field that a manager adds: binding, status, signature, secret, lastChangeUSec',
    record('General Structure'),
  ],
  'HOME-04': ['E', 'disposition is known, and that of a template is regular', regular],
  'HOME-05': ['E', 'storage is luks, directory, subvolume, fscrypt or cifs, or classic without systemd-homed', regular],
  'HOME-06': [
    'E',
    'uid and gid are numbers that a user may have; for systemd-homed between 60001 and 60513, or not set',
    systemdDocument('UIDS-GIDS'),
  ],
  'HOME-07': ['E', 'paths are absolute, without . and .. and doubled slashes', regular],
  'HOME-08': ['E', 'fields have the types that readers expect', regular],
  'HOME-09': [
    'E',
    'umask and accessMode are integers from 0 to 511, in decimal: 448 is 0700',
    regular,
    { why: 'A reader takes the string "022" for 22 and not for 022.' },
  ],
  'HOME-10': ['E', 'sizes are unsigned integers in bytes, and no strings such as "2G"', regular],
  'HOME-11': [
    'E',
    'niceLevel is -20…19, weights 1…10000, luksSectorSize a power of two from 512 to 4096, autoResizeMode off, grow or shrink-and-grow',
    regular,
  ],
  'HOME-12': [
    'E',
    'fileSystemType is btrfs, ext4 or xfs, UUIDs are in lower case, realm is a domain, birthDate a date as 2001-02-03',
    systemdPage('homed.conf', 5),
  ],
  'HOME-13': ['E', 'realName has neither colons nor control characters, which /etc/passwd cannot hold', regular],
  'HOME-14': [
    'E',
    'privileged holds password hashes, keys and tokens in their forms and nothing else; a template has no real ones',
    record('Fields in the privileged section'),
  ],
  'HOME-15': [
    'E',
    'each object of perMachine says which machines it is for, and holds only what may differ between machines',
    record('Fields in the perMachine section'),
  ],
  'HOME-16': [
    'W',
    'keys that systemd does not know begin with the name of a project',
    record('Extending These Records'),
  ],
  'HOME-17': [
    'E',
    'userdb has NAME.user with a link UID.user, what is privileged in a file of mode 0600, and USER:GROUP.membership',
    dropIns,
    { fix: 'makes links and memberships that are missing, and sets the mode' },
  ],
  'HOME-18': [
    'E',
    'a skeleton has no .identity, no secret keys, no devices, nothing setuid, and no links that lead out of it',
    directory,
  ],
  'HOME-19': [
    'E',
    '.ssh has mode 0700, and authorized_keys 0600',
    { words: 'sshd(8), "FILES"', url: 'https://man.openbsd.org/sshd.8#FILES' },
    { fix: 'sets the modes' },
  ],
  'HOME-20': ['W', 'lines of authorized_keys are keys, comments, or parameters of the template', ours()],
  'HOME-21': [
    'W',
    "nothing is in a new user's .config",
    hierarchy('~/.config/'),
    { why: 'What a vendor sets belongs into /usr/lib/systemd/user or ~/.local/share/systemd/user.' },
  ],
  'HOME-22': [
    'E',
    'what is in .config/systemd/user and .local/share/systemd/user are units as the manager of a user takes them',
    systemdPage('systemd.unit', 5),
  ],
  'HOME-23': [
    'W',
    'config/homed-config.json has DefaultStorage and DefaultFileSystemType and nothing else',
    systemdPage('homed.conf', 5),
  ],
})

export const HOMED = rules({
  'HOMED-01': [
    'E',
    'a homed template has home-skeleton/, config/homed-config.json, config/user-record.json and scripts/home-provision.sh',
    ours(),
  ],
  'HOMED-02': [
    'W',
    'the skeleton has .config/systemd/user, .local/bin, .local/share and .ssh/authorized_keys.template',
    ours(),
    { fix: 'makes the directories' },
  ],
})
