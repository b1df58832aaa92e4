import { ours, rules, systemdPage } from '../rule.ts'

const layout = ours('bitbuilder-metadata.json', 5)
const unit = systemdPage('systemd.unit', 5)

export const INFRA = rules({
  'INFRA-01': [
    'E',
    'the rootfs has infra-manager.service, git-sync.service, git-sync.timer, varlink-api.service and multi-user.target.wants/, in etc or usr/lib',
    layout,
  ],
  'INFRA-02': ['E', 'the rootfs has 10-management.network and 10-management.netdev, in etc or usr/lib', layout],
  'INFRA-03': [
    'E',
    'usr/lib/bitbuilder has the program infra-manager and lib/, and usr/share/bitbuilder/schemas has nothing but JSON',
    layout,
    { fix: 'makes lib/' },
  ],
  'INFRA-04': [
    'W',
    'usr/lib/systemd/system, var/lib/infra and run are there, and etc/extension-release.d is empty',
    layout,
    { fix: 'makes the directories' },
  ],
  'INFRA-05': [
    'E',
    'config has infra-config.yaml and resource-limits.yaml, scripts has provision.sh and health-check.sh',
    layout,
  ],
  'INFRA-06': [
    'W',
    'the VM has a kernel: an entry or a unified kernel image in boot or efi of the rootfs, or defaults.infra.kernel',
    systemdPage('systemd-vmspawn', 1),
  ],
  'INFRA-07': ['W', 'what multi-user.target wants, and what units say of it, agree; a timer has its service', unit],
})
