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
out=$(mktemp -d "/run/originals/$(cut -d' ' -f1 /proc/uptime)-XXX")
/usr/local/lib/originals/tenant-generator "$out" "$out" "$out"
/usr/local/lib/originals/mount-generator "$out" "$out" "$out"
`

const REGISTRY = {
  tenants: [
    { id: 'late-one', resources: { memory: '256M', cpu: 0.5, tasks: 200 } },
    { id: 'layered', description: 'Two extensions' },
  ],
}

const EXTENSIONS = '/var/lib/tenants/layered/extensions/sysext'

export const FILES: Readonly<Record<string, string>> = {
  '/etc/bitbuilder/tenants.d/early.json': JSON.stringify({ id: 'early' }),
  '/var/lib/bitbuilder/tenants.json': JSON.stringify(REGISTRY),
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

const UNITS = ['early', 'late-one', 'layered'].map((id) => `tenant@${id}.service`)

const show = (unit: string, ...properties: readonly string[]): string =>
  `systemctl show --property=${properties.join(',')} -- '${unit}'`

const ENTERED = ['ActiveState', 'SubState', 'Result', 'ActiveEnterTimestampMonotonic'] as const

const CGROUP = String.raw`/sys/fs/cgroup/tenant.slice/tenant-late\x2done.slice`

export const BEFORE: Probes = {
  'generators-at-boot': `systemctl show --property=GeneratorsStartTimestampMonotonic,GeneratorsFinishTimestampMonotonic`,
  'early-at-boot': show('tenant@early.service', ...ENTERED),
  'late-at-boot': show('tenant@late-one.service', 'LoadState', 'ActiveState'),
}

/** First what waits for the end of the boot and of what comes after it; bounded, since the other answers say why. */
export const AFTER: Probes = {
  booted: 'systemctl is-system-running --wait',
  settled: `for second in $(seq 180); do
  [ "$(systemctl is-active ${UNITS.join(' ')} | sort -u)" = active ] && [ -z "$(systemctl list-jobs --no-legend)" ] && exit 0
  sleep 1
done
systemctl list-jobs
exit 1`,
  state: 'systemctl is-system-running',
  failed: 'systemctl list-units --all --plain --no-legend --state=failed',
  manager:
    'systemctl show --property=GeneratorsStartTimestampMonotonic,GeneratorsFinishTimestampMonotonic,FinishTimestampMonotonic,UserspaceTimestampMonotonic',
  'local-fs': show('local-fs.target', ...ENTERED),
  'multi-user': show('multi-user.target', ...ENTERED),
  var: show('var.mount', ...ENTERED, 'SourcePath'),
  'late-service': show('bitbuilder-late.service', 'ActiveState', 'Result', 'ExecMainStatus'),
  early: show('tenant@early.service', ...ENTERED),
  'late-one': show('tenant@late-one.service', ...ENTERED),
  layered: show('tenant@layered.service', ...ENTERED),
  overlay: show('var-lib-tenants-layered-sysext.mount', ...ENTERED),
  mounts: 'findmnt --json --list --output TARGET,FSTYPE,SOURCE,OPTIONS',
  tree: 'cat /var/lib/tenants/layered/sysext/share/whole-machine/tree',
  image: 'cat /var/lib/tenants/layered/sysext/share/whole-machine/image',
  'memory.max': `cat '${CGROUP}/memory.max'`,
  'cpu.max': `cat '${CGROUP}/cpu.max'`,
  'pids.max': `cat '${CGROUP}/pids.max'`,
  links: 'ip -json -details link',
  addresses: 'ip -json address',
  originals: 'for run in /run/originals/*; do echo "$run $(ls "$run" | wc -l)"; done',
  reloads: 'journalctl --boot --no-pager --output=short-monotonic _PID=1 --grep "Reloading\\b"',
  journal: 'journalctl --boot --no-pager --output=short-monotonic',
  'generator-time': `cd /run && mkdir twice && bash -c 'time /usr/lib/systemd/system-generators/tenant-generator twice'`,
  udev: 'for i in early late-one layered; do udevadm info --query=property /sys/class/net/br-$i; done; ls -la --full-time /run/systemd/network; uptime; systemd-analyze',
}
