import { rules, systemdPage, uapi } from '../rule.ts'

const page = systemdPage('systemd-confext', 8)
/** UAPI.4. */
const images = uapi('extension_image', 'UAPI.4 Extension Images')
/** UAPI.6. */
const files = uapi('configuration_files_specification', 'UAPI.6 Configuration Files')

export const CONFEXT = rules({
  'CONFEXT-01': [
    'E',
    'at the top of a configuration extension is only etc/',
    page,
    { why: 'systemd takes the extension without a word, and what is elsewhere never appears.' },
  ],
  'CONFEXT-02': ['E', 'the extension-release file is in etc/extension-release.d', images('Image Identification')],
  'CONFEXT-03': [
    'E',
    'level and scope are CONFEXT_LEVEL and CONFEXT_SCOPE',
    images('Image Identification'),
    { why: 'SYSEXT_LEVEL and SYSEXT_SCOPE mean nothing in a configuration extension.' },
  ],
  'CONFEXT-04': [
    'E',
    'there is no etc/os-release, etc/initrd-release and etc/machine-id',
    images(),
    { why: 'systemd does not refuse them: the host becomes what they say.' },
  ],
  'CONFEXT-05': ['W', 'there is no usr/lib/os-release', images()],
  'CONFEXT-06': [
    'E',
    'there is nothing to be run, and nothing setuid or setgid',
    page,
    { why: 'The merged /etc is mounted nosuid,nodev,noexec: generators, init scripts and hooks in it cannot run.' },
  ],
  'CONFEXT-07': [
    'E',
    'there are no devices, sockets, FIFOs and deletions, directories of the base are of root with 0755, and keys are not for everybody',
    images('Image Content'),
    { fix: 'sets the mode' },
  ],
  'CONFEXT-08': [
    'E',
    'extensions are in /run/confexts, /var/lib/confexts, /usr/local/lib/confexts or /usr/lib/confexts',
    page,
    { why: 'systemd does not look into /etc/confexts.' },
  ],
  'CONFEXT-09': [
    'W',
    'files that other programs write, passwd, group, shadow, fstab, resolv.conf, mtab, are not replaced',
    files('Drop-ins'),
  ],
  'CONFEXT-10': [
    'W',
    'nothing that relies on a writable /etc comes with it',
    images('Base Directory Immutability'),
    {
      why: 'While it is merged, all of /etc is read-only: systemd-firstboot and what makes a machine-id or users fail.',
    },
  ],
  'CONFEXT-11': ['E', 'what is in it is right as what it is: network files, units and the like', page],
})
