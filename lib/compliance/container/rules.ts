import { ours, rules, systemdPage } from '../rule.ts'

const layout = ours('bitbuilder-metadata.json', 5)
const nspawn = systemdPage('systemd-nspawn', 1)
const settings = systemdPage('systemd.nspawn', 5)

export const CONT = rules({
  'CONT-01': [
    'E',
    'a container has a rootfs, in it container-init.service and 80-container.network, in etc or usr/lib',
    layout,
  ],
  'CONT-02': [
    'E',
    'with Boot=yes there is an init: usr/lib/systemd/systemd, lib/systemd/systemd or sbin/init',
    nspawn,
    { why: 'These three are tried, one after the other.' },
  ],
  'CONT-03': [
    'E',
    'config/nspawn-settings.conf has the format of .nspawn files: known keys, good values, and not both Boot=yes and ProcessTwo=yes',
    settings,
    { fix: 'drops ProcessTwo= where there is Boot=yes', why: 'Of the two the first one in the file counts.' },
  ],
  'CONT-04': [
    'W',
    'settings are where they are read, MACHINE.nspawn in /etc/systemd/nspawn, and have no old names',
    settings,
    {
      fix: 'writes PrivateUsersOwnership= for PrivateUsersChown=',
      why: 'Beside an image, settings that give privileges are ignored.',
    },
  ],
  'CONT-05': [
    'W',
    'extensions are bound to where they are looked for',
    systemdPage('systemd-sysext', 8),
    { fix: 'binds them to /var/lib/extensions', why: '/usr/lib/extensions is no place where systemd-sysext looks.' },
  ],
  'CONT-06': ['E', 'a container has scripts/container-init.sh', layout],
})
