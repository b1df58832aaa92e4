/** What the whole machine holds, and what it is asked. */

import { readFileSync } from 'node:fs'
import type { Probes } from './machine.ts'

const original = (name: string): string => readFileSync(new URL(`../../originals/${name}`, import.meta.url), 'utf8')

/**
 * Both originals, unchanged, as a generator runs them and at the same time as ours. What they write goes where systemd does
 * not look: with the names of ours it could not be told apart.
 */
const ORIGINALS_GENERATOR = `#!/bin/sh
mkdir -p /run/originals
out=$(mktemp -d "/run/originals/$(cut -d. -f1 /proc/uptime).XXX")
/usr/local/lib/originals/tenant-generator "$out" "$out" "$out"
/usr/local/lib/originals/mount-generator "$out" "$out" "$out"
`

const REGISTRY = {
  tenants: [
    { id: 'late-one', resources: { memory: '256M', cpu: 0.5, tasks: 200, storage: '1G' } },
    { id: 'layered', description: 'Two extensions' },
  ],
}

const EXTENSIONS = '/var/lib/tenants/layered/extensions/sysext'

export const FILES: Readonly<Record<string, string>> = {
  '/etc/bitbuilder/tenants.d/early.json': JSON.stringify({ id: 'early', network: { namespace: true, wireguard: {} } }),
  '/var/lib/bitbuilder/tenants.json': JSON.stringify(REGISTRY),
  '/usr/share/whole-machine/base': 'from the base\n',
  [`${EXTENSIONS}/tree/usr/lib/extension-release.d/extension-release.tree`]: 'ID=_any\n',
  [`${EXTENSIONS}/tree/usr/share/whole-machine/tree`]: 'from the tree\n',
  '/image/usr/lib/extension-release.d/extension-release.image': 'ID=_any\n',
  '/image/usr/share/whole-machine/image': 'from the image\n',
  '/etc/systemd/system-generators/originals': ORIGINALS_GENERATOR,
  '/usr/local/lib/originals/tenant-generator': original('tenant-generator'),
  '/usr/local/lib/originals/mount-generator': original('mount-generator'),
}

export const PREPARE = `
mkdir -p /var/lib/tenants/early /var/lib/tenants/late-one
mksquashfs /image ${EXTENSIONS}/image.raw -quiet -all-root
rm -r /image
# What systemd would do in the first boot of an installation, slowly under emulation.
touch /etc/.updated /var/.updated
`

export const TENANTS = ['early', 'late-one', 'layered'] as const

const UNITS = TENANTS.map((id) => `tenant@${id}.service`)

const show = (unit: string, ...properties: readonly string[]): string =>
  `systemctl show --property=${properties.join(',')} -- '${unit}'`

const ENTERED = ['ActiveState', 'SubState', 'Result', 'ActiveEnterTimestampMonotonic'] as const

const CGROUP = String.raw`/sys/fs/cgroup/tenant.slice/tenant-late\x2done.slice`

export const BEFORE: Probes = {
  'early-at-boot': show('tenant@early.service', ...ENTERED),
  'late-one-at-boot': show('tenant@late-one.service', 'ActiveState', 'DropInPaths'),
  'layered-at-boot': show('tenant@layered.service', 'ActiveState', 'DropInPaths'),
}

/** First what waits for the end of the boot and of what comes after it; bounded, since the other answers say why. */
export const AFTER: Probes = {
  booted: 'systemctl is-system-running --wait',
  settled: `for second in $(seq 90); do
  [ "$(systemctl is-active ${UNITS.join(' ')} | sort -u)" = active ] && [ -z "$(systemctl list-jobs --no-legend)" ] && exit 0
  sleep 1
done
systemctl list-jobs
systemctl is-active ${UNITS.join(' ')}
exit 1`,
  state: 'systemctl is-system-running',
  failed: 'systemctl list-units --all --plain --no-legend --state=failed',
  manager:
    'systemctl show --property=GeneratorsStartTimestampMonotonic,GeneratorsFinishTimestampMonotonic,FinishTimestampMonotonic',
  'local-fs': show('local-fs.target', ...ENTERED),
  'multi-user': show('multi-user.target', ...ENTERED),
  var: show('var.mount', ...ENTERED, 'SourcePath'),
  'late-service': show('bitbuilder-late.service', 'ActiveState', 'Result', 'ExecMainStatus'),
  early: show('tenant@early.service', ...ENTERED),
  'late-one': show('tenant@late-one.service', ...ENTERED),
  layered: show('tenant@layered.service', ...ENTERED),
  overlay: show('var-lib-tenants-layered-sysext.mount', ...ENTERED),
  'overlay-type': 'findmnt --noheadings --output FSTYPE /var/lib/tenants/layered/sysext',
  'image-type': 'findmnt --noheadings --output FSTYPE /run/bitbuilder/images/layered/sysext/image',
  tree: 'cat /var/lib/tenants/layered/sysext/share/whole-machine/tree',
  image: 'cat /var/lib/tenants/layered/sysext/share/whole-machine/image',
  base: 'cat /var/lib/tenants/layered/sysext/share/whole-machine/base',
  'memory.max': `cat '${CGROUP}/memory.max'`,
  'cpu.max': `cat '${CGROUP}/cpu.max'`,
  'pids.max': `cat '${CGROUP}/pids.max'`,
  storage: 'journalctl --boot --no-pager --output=cat --unit=tenant-storage@late-one.service',
  links: 'ip -json -details link',
  addresses: 'ip -json address',
  numbers: 'cat /var/lib/bitbuilder/network.json',
  tunnel: `cd /var/lib/tenants/early/network
stat -c '%a %U:%G' wireguard.key
cat wireguard.pub
wg show wg-early public-key
wg show wg-early listen-port`,
  namespace: 'ip -netns tenant-early -json address',
  // In the order in which they ran: the name is the time.
  originals: 'cd /run/originals && for run in $(ls | sort -n); do ls "$run" | wc -l; done',
  udev: `for id in ${TENANTS.join(' ')}; do udevadm info --query=property /sys/class/net/br-$id; done`,
  journal: 'journalctl --boot --no-pager --output=short-monotonic',
  'generator-times': `cd /run && mkdir again && for name in tenant mount; do
  echo "$name-generator:"
  bash -c "time /usr/lib/systemd/system-generators/$name-generator again"
done`,
  'boot-time': 'systemd-analyze',
}
