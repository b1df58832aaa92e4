import { hierarchy, rules, systemdPage, uapi } from '../rule.ts'

const page = systemdPage('systemd-sysext', 8)
/** UAPI.4. */
const images = uapi('extension_image', 'UAPI.4 Extension Images')

export const SYSEXT = rules({
  'SYSEXT-01': [
    'E',
    'at the top of a system extension are only usr/ and opt/',
    page,
    { why: 'systemd takes the extension without a word, and what is elsewhere never appears.' },
  ],
  'SYSEXT-02': [
    'E',
    'usr and opt are directories, and no links',
    page,
    {
      why: 'With a file in their place nothing is merged at all, other extensions included. A link inside of the extension works.',
    },
  ],
  'SYSEXT-03': ['E', 'the extension-release file is in usr/lib/extension-release.d', images('Image Identification')],
  'SYSEXT-04': [
    'E',
    'there is no usr/lib/os-release',
    images(),
    { why: 'With it systemd-sysext merges no extension at all, even with --force.' },
  ],
  'SYSEXT-05': ['W', 'there is something besides the extension-release file', page],
  'SYSEXT-06': [
    'E',
    'nothing takes the place of something of another kind in the base: usr/sbin, usr/lib64, a directory, a link',
    images('Image Content'),
    {
      why: 'A real usr/sbin hides the programs behind the base’s link usr/sbin, a link usr/lib64 hides its directory.',
    },
  ],
  'SYSEXT-07': [
    'E',
    'directories that the base has as well are of root, with mode 0755',
    page,
    {
      why: 'The topmost layer’s owner and mode are those of the merged directory: a usr/share of 0700 locks out everybody.',
      fix: 'sets the mode',
    },
  ],
  'SYSEXT-08': ['W', 'no file takes the place of one in the base', images('Image Content')],
  'SYSEXT-09': [
    'E',
    'there is nothing that overlayfs takes for a deletion',
    images('Image Content'),
    { why: 'A character device 0:0 or an attribute trusted.overlay.* or user.overlay.* removes what the base has.' },
  ],
  'SYSEXT-10': ['E', 'there are no devices, sockets and FIFOs', hierarchy('Node Types')],
  'SYSEXT-11': ['W', 'there is no usr/.systemd-sysext and no opt/.systemd-sysext, which systemd makes itself', page],
  'SYSEXT-12': ['E', 'links lead to something in usr/ or opt/', page],
  'SYSEXT-13': ['W', 'no file is setuid or setgid, or has capabilities', page],
  'SYSEXT-14': [
    'E',
    'extensions are in /etc/extensions, /run/extensions or /var/lib/extensions',
    page,
    { why: 'systemd does not look into /usr/lib/extensions and /usr/local/lib/extensions.' },
  ],
  'SYSEXT-15': [
    'W',
    'units that are to be started are wanted by a link in usr/, and what is needed in /etc and /var is made by sysusers.d and tmpfiles.d',
    page,
  ],
  'SYSEXT-16': ['W', 'in opt/ is one directory for each vendor and nothing else', hierarchy('/opt/')],
  'SYSEXT-17': ['W', 'everything in a directory of extensions has a name that systemd does not skip', page],
})
