/** Everything that a running host has, so that what a tenant leaves behind shows, and whatever else changes. */

import type { Machine } from './machine.ts'

/**
 * Directories of others that never keep still. Links among systemd's runtime files are looked at where they are ours:
 * units, networkd's files and nspawn's.
 */
const RESTLESS = [
  '/run/log',
  '/run/udev',
  '/run/lock',
  '/run/credentials',
  '/run/systemd/ask-password',
  '/run/systemd/generator',
  '/run/systemd/inaccessible',
  '/run/systemd/journal',
  '/run/systemd/netif',
  '/run/systemd/propagate',
  '/run/systemd/sessions',
  '/run/systemd/transient',
  '/run/systemd/units',
  '/run/systemd/userdb',
  '/run/systemd/users',
]

const prune = RESTLESS.map((path) => `-path ${path}`).join(' -o ')

/** Lines of each kind; what counts up by itself (indexes, lifetimes, counters) is left out. */
const SECTIONS: Readonly<Record<string, string>> = {
  interface: `ip -json link | jq -r '.[] | [.ifname, .master // "-", (.altnames // [] | join(","))] | join(" ")'`,
  address: `ip -json address | jq -r '.[] | .ifname as $name | .addr_info[] | "\\($name) \\(.local)/\\(.prefixlen)"'`,
  route: 'ip route show table all; ip -6 route show table all',
  neighbour: `ip -json neighbour | jq -r '.[] | "\\(.dev) \\(.dst)"' | grep -v '^uplink0 '`,
  namespace: 'ls /run/netns',
  filter: 'nft --stateless list ruleset',
  mount: 'findmnt --raw --noheadings --output TARGET,FSTYPE,SOURCE',
  // The kernel's are everybody's; ours are of files below tenants' directories.
  loop: 'losetup --noheadings --output BACK-FILE | grep /tenants/',
  file: `find /run /tmp /var/tmp /dev/shm \\( ${prune} \\) -prune -o -printf '%p %l\\n'
    find /run/systemd/propagate /run/credentials -mindepth 1 -maxdepth 1`,
  // Of slices without processes only a tenant's own is anybody's: systemd keeps one for each template.
  control: `cd /sys/fs/cgroup && find . -type d | grep -vE '^./(machine|tenant|system.slice/system-[^/]*).slice$'`,
  machine: 'machinectl --no-legend --no-pager list',
  unit: `systemctl list-units --plain --no-legend --state=active,activating,deactivating,reloading,failed 'tenant-*.*' 'tenant@*' 'netns-tenant@*' 'run-bitbuilder-*' 'var-lib-tenants-*' |
    awk '{ print $1, $3, $4 }'`,
  process: `ps -eo uid=,args= | grep -vE ' (\\[|ps -eo |grep -vE|sed s/|sh$|env -i)'`,
}

/** `interface br-acme - br-tenant-acme`, one thing a line, sorted. */
export const inventory = (machine: Machine): readonly string[] => {
  const script = Object.entries(SECTIONS).map(([name, command]) => `{ ${command}\n} 2>/dev/null | sed 's/^/${name} /'`)
  // machined comes when it is asked and goes when it has nothing to do; after a restart it knows machines by their units too.
  const isKept = (line: string): boolean => !/systemd-machined|io\.systemd\.Machine |\/machines\/unit:/.test(line)
  const text = machine.must(['sh'], { input: script.join('\n') })
  return text.split('\n').filter(isKept).sort()
}

/** What of it names the tenant: by its id as a word, in escapes of unit names too. */
export const tracesOf = (machine: Machine, id: string): readonly string[] => {
  const names = new RegExp(`(?<![a-z0-9])${id.replaceAll('-', String.raw`(?:-|\\x2d)`)}(?![a-z0-9])`)
  return inventory(machine).filter((line) => names.test(line))
}

/** The kinds of things there are among such lines: `interface`, `mount`, … */
export const kindsOf = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.map((line) => line.slice(0, line.indexOf(' ')))),
]

/** Lines that are not in the other list. */
export const without = (lines: readonly string[], others: readonly string[]): readonly string[] =>
  lines.filter((line) => !others.includes(line))

/**
 * `PID STARTTIME NAME` of every process in the slice of a tenant, proc_pid_stat(5): the same line is the same process,
 * a number that was given out again is not.
 */
export const processesOf = (machine: Machine, slice: string): readonly string[] => {
  const { ControlGroup: group = '' } = machine.show(slice, 'ControlGroup')
  if (group === '') return []
  const script = `find "/sys/fs/cgroup$1" -name cgroup.procs -exec cat {} + | sort -un | while read -r pid; do
    [ -e "/proc/$pid/stat" ] && sed 's/^\\([0-9]*\\) (\\(.*\\)) .*/\\1 \\2/;t' "/proc/$pid/stat" | tr '\\n' ' ' &&
      sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f20; done`
  const text = machine.must(['sh', '-c', script, 'sh', group])
  return text.split('\n').filter((line) => line !== '')
}
