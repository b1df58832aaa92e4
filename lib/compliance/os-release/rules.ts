import { rules, systemdPage, uapi } from '../rule.ts'

const page = systemdPage('os-release', 5)
const versions = uapi('version_format_specification', 'UAPI.10 Version Format')('Version Format')
const verification = uapi(
  'file_hierarchy_for_the_verification_of_os_artifacts',
  'UAPI.13 File Hierarchy for the Verification of OS Artifacts',
)

export const OSR = rules({
  'OSR-01': ['E', 'etc/os-release or usr/lib/os-release leads to a file inside the tree', page],
  'OSR-02': [
    'E',
    'os-release is no loop of links, leads nowhere outside the tree, and is no directory',
    page,
    { why: 'systemd-nspawn(1) takes a directory in its place, and nothing that reads it afterwards works.' },
  ],
  'OSR-03': [
    'W',
    'usr/lib/os-release is the file, and etc/os-release a link to it',
    page,
    {
      why: 'The other way round a system with nothing but /usr, with an empty /etc or with a configuration extension has no identity, or another one.',
      fix: 'moves the file and turns the link',
    },
  ],
  'OSR-04': [
    'W',
    'the link etc/os-release is relative',
    page,
    { why: 'An absolute one leads into the host when the tree is looked at from outside.', fix: 'makes it relative' },
  ],
  'OSR-05': [
    'W',
    'when etc/os-release and usr/lib/os-release are both files, they are the same',
    page,
    { why: 'Only the one in /etc is read.' },
  ],
  'OSR-06': [
    'E',
    'os-release is UTF-8 without control characters',
    page,
    { why: 'One bad value makes systemd drop the whole file.' },
  ],
  'OSR-07': ['E', 'each line is KEY=VALUE, a comment or blank, and every quote is closed', page],
  'OSR-08': [
    'E',
    'a value with characters that a shell expands or splits at is quoted, and such characters are escaped in double quotes',
    page,
  ],
  'OSR-09': [
    'E',
    'no key is given twice',
    page,
    { why: 'The last one wins, and readers were not meant to agree on that.' },
  ],
  'OSR-10': ['W', 'keys are made of A to Z, 0 to 9 and _', page],
  'OSR-11': [
    'E',
    'ID= is there, made of a to z, 0 to 9, ., _ and -',
    page,
    { why: 'systemd-sysext(8) refuses to merge anything over a tree without it.' },
  ],
  'OSR-12': ['W', 'ID_LIKE= is a list of such names', page],
  'OSR-13': ['E', 'VERSION_ID=, IMAGE_VERSION= and VERSION_CODENAME= are versions', versions],
  'OSR-14': ['W', 'VERSION_ID= is there', page, { why: 'Without it an extension for any version is taken.' }],
  'OSR-15': ['E', 'VARIANT_ID=, IMAGE_ID= and RELEASE_TYPE= are made of a to z, 0 to 9, ., _ and -', page],
  'OSR-16': ['E', 'SYSEXT_LEVEL= and CONFEXT_LEVEL= are made of a to z, 0 to 9, ., _ and -', page],
  'OSR-17': ['W', 'NAME= and PRETTY_NAME= are there', page],
  'OSR-18': ['W', 'addresses, dates, CPE_NAME= and ANSI_COLOR= look like what they are', page],
  'OSR-19': ['E', 'DEFAULT_HOSTNAME= is a host name in lower case of at most 64 characters', page],
  'OSR-20': ['E', "ARCHITECTURE= is one of systemd's names of architectures", page],
  'OSR-21': [
    'W',
    'SYSEXT_SCOPE=, CONFEXT_SCOPE= and EXTENSION_…= are not in an os-release',
    page,
    { why: 'They are read in extension-release files alone.' },
  ],
  'OSR-22': ['W', 'FANCY_NAME= has valid escapes, and no version in it', page],
  'OSR-23': [
    'W',
    'the names that a verification hierarchy is found by are made of a to z, 0 to 9, ., _ and -',
    verification('OS'),
  ],
})
