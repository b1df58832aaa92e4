import { rules, systemdPage, uapi } from '../rule.ts'

const page = systemdPage('os-release', 5)
const sysext = systemdPage('systemd-sysext', 8)
/** UAPI.4. */
const images = uapi('extension_image', 'UAPI.4 Extension Images')

export const EXTREL = rules({
  'EXTREL-01': [
    'E',
    'the name of an extension, without .v, .raw and .sysext or .confext, is one that a file can have',
    sysext,
  ],
  'EXTREL-02': [
    'E',
    'extension-release.NAME is a file, or a link that stays inside the extension',
    images('Image Identification'),
  ],
  'EXTREL-03': [
    'E',
    'where the name differs, exactly one other extension-release file may stand in for it',
    page,
    {
      why: 'One stands in whose ending is the name up to the first _ or +, or whose attribute user.extension-release.strict is false. With two of them systemd takes none.',
    },
  ],
  'EXTREL-04': [
    'W',
    'the extension-release file has the name of the extension, and needs no extended attribute',
    page,
    {
      why: 'Git, tar without --xattrs and mksquashfs -no-xattrs lose the attribute, and then the extension is ignored.',
    },
  ],
  'EXTREL-05': ['W', 'there is one extension-release file', page],
  'EXTREL-06': ['E', 'the extension-release file can be read as os-release(5) has it, and is not empty', page],
  'EXTREL-07': [
    'E',
    'ID is set, and is _any or that of the base, or in the base’s ID_LIKE',
    images('Image Identification'),
  ],
  'EXTREL-08': [
    'E',
    'the level is that of the base where both have one, else VERSION_ID is the same',
    images('Image Identification'),
    { why: 'Versions are compared as text. Where the base has none of the two, every extension with its ID fits.' },
  ],
  'EXTREL-09': [
    'E',
    'ARCHITECTURE is _any, empty, or a name that systemd knows',
    page,
    { why: 'systemd says x86-64 and arm64, not amd64, x86_64 or aarch64; and any and native are no names to it.' },
  ],
  'EXTREL-10': ['E', 'ARCHITECTURE is that of the base, even with ID=_any', page],
  'EXTREL-11': ['E', 'the scope is a list of system, initrd and portable, and has what the base is', page],
  'EXTREL-12': ['E', 'SYSEXT_LEVEL or CONFEXT_LEVEL has only a-z, 0-9, ., _ and -', page],
  'EXTREL-13': ['W', 'no keys of the other class of extensions are set', page],
  'EXTREL-14': [
    'W',
    'EXTENSION_RELOAD_MANAGER is 0 or 1, and EXTENSION_RESTART_UNITS and EXTENSION_RELOAD_OR_RESTART_UNITS name units',
    sysext,
  ],
  'EXTREL-15': [
    'W',
    'ARCHITECTURE is set where there are programs or libraries, and is theirs',
    images('Image Identification'),
  ],
  'EXTREL-16': ['W', 'SYSEXT_ID, SYSEXT_VERSION_ID, SYSEXT_IMAGE_ID and the like have values as their namesakes', page],
  'EXTREL-17': ['E', 'an extension has no os-release file', images()],
})
