import { hierarchy, ours, rules, systemdDocument, systemdPage } from '../rule.ts'

const images = (heading: string) => systemdDocument('BUILDING_IMAGES', heading)
const requirements = systemdDocument('SYSTEMD_FILE_HIERARCHY_REQUIREMENTS')

export const ROOT = rules({
  'ROOT-01': ['E', 'the root is a directory', hierarchy('General Structure')],
  'ROOT-02': [
    'E',
    '/etc, /usr, /var, /proc, /sys, /dev, /run and /tmp are directories and no links',
    requirements,
    { fix: 'makes the ones that are missing' },
  ],
  'ROOT-03': ['E', '/tmp has mode 1777', hierarchy('Unprivileged Write Access'), { fix: 'sets the mode' }],
})

void [ours, systemdPage, images]
