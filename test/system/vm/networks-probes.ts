/** What the machine on a wire is asked, in this order. */

import type { Probes } from './machine.ts'
import { TENANTS } from './networks-scene.ts'
import { FOREIGN, HERONS, OWN, WAYS, type Way } from './networks-ways.ts'

const reach = (all: readonly Way[]): string =>
  `reach <<'END'\n${all.map(({ from, to, options = '' }) => `${from} ${to} ${options}`).join('\n')}\nEND`

/** systemctl waits for the unit it names, not for what goes with it. */
const IDLE = `timeout 60 sh -c 'until [ -z "$(systemctl list-jobs --no-legend)" ]; do sleep 0.2; done'`

const active = (ids: readonly string[]): string => ids.map((id) => `tenant@${id}.service`).join(' ')

/** Bytes in each direction. */
export const TRAFFIC = 4 << 20

/** To the outside, and from there. */
const traffic = (id: string): string => `
ip netns exec outside pour :5001 &
ip netns exec outside pour :5002 ${TRAFFIC} &
ip netns exec tenant-${id} pour 192.0.2.2:5001 ${TRAFFIC} &
ip netns exec tenant-${id} pour 192.0.2.2:5002
wait`

/** Bytes. */
export const WRITTEN = 32 << 20

/** Not as root of the host, which no quota stops. Prints how many bytes there are in the end. */
const write = (id: string): string => `dir=/var/lib/tenants/${id}/homes/somebody
mkdir -p "$dir"
setpriv --reuid nobody --clear-groups dd if=/dev/zero bs=${WRITTEN} count=1 conv=fsync status=none >"$dir/file"
stat -c %s "$dir/file"`

const slice = (command: string, ...properties: readonly string[]): string =>
  `systemd-run --wait --pipe --collect --slice=tenant-magpie.slice ${properties.join(' ')} -- ${command}`

const KEYS = `cd /var/lib/tenants && stat -c '%n %a %U:%G' */network/wireguard.key && sha256sum */network/wireguard.key`

export const PROBES: Probes = {
  settled: `for second in $(seq 120); do
  [ "$(systemctl is-active ${active(TENANTS)} | sort -u)" = active ] && [ -z "$(systemctl list-jobs --no-legend)" ] && exit 0
  sleep 1
done
systemctl list-jobs
systemctl status --no-pager ${active(TENANTS)}
exit 1`,
  state: 'systemctl is-system-running',
  failed: 'systemctl list-units --all --plain --no-legend --state=failed',
  'boot-time': 'systemd-analyze',
  manager: 'systemctl show --property=GeneratorsStartTimestampMonotonic,GeneratorsFinishTimestampMonotonic',
  ends: `set -e
ends magpie
ends heron
# Heron's ends with an address of magpie's, and with magpie's bridge on the same link for whoever takes that address.
for end in vl2 vx2; do
  ip -n $end address add 10.1.0.9/32 dev $end
  ip -n $end route add 10.1.0.0/24 dev $end table 100
  ip -n $end rule add from 10.1.0.9 lookup 100
done`,
  addresses: 'ip -json -details address',
  networkd: 'networkctl list --no-pager --no-legend',
  reach: reach(WAYS),
  handshakes: 'for id in magpie heron; do wg show wg-$id transfer; done',
  explained: 'bitbuilder network magpie && bitbuilder network heron',
  // The same without our rules: what they stop would have arrived.
  'no-rules': `nft delete table inet bitbuilder && ${reach(FOREIGN)}`,
  'rules-again': `systemctl restart bitbuilder-isolation.service && ${reach(WAYS)}`,
  // What is in a VXLAN says itself to whom it belongs, and from here it would come with the host's own address.
  forged: `ip netns exec outside nft 'table ip seen {
  chain input {
    type filter hook input priority 0
    ip daddr 192.0.2.3 udp dport 4788 counter
    ip daddr 192.0.2.3 udp dport 4789 counter
  }
}'
for port in 4788 4789; do ip netns exec tenant-magpie bash -c "echo forged >/dev/udp/192.0.2.3/$port"; done
sleep 1
ip netns exec outside nft list table ip seen | sed -n 's/.*dport \\([0-9]*\\) counter packets \\([0-9]*\\).*/\\1 \\2/p'`,
  remade: `ip link delete dev vl-heron && ip link delete dev vx-heron && systemctl reload tenant-network@heron.service && ${reach(HERONS)}`,
  'slow-traffic': traffic('snail'),
  traffic: traffic('heron'),
  'own-storage': write('magpie'),
  'other-storage': write('heron'),
  memory: slice('tail /dev/zero'),
  tasks: slice(`perl -e 'for (1..60) { my $pid = fork // die "fork: $!\\n"; $pid or sleep 300 and exit }'`),
  cpu: `before=$(sed -n 's/^usage_usec //p' /sys/fs/cgroup/tenant.slice/tenant-magpie.slice/cpu.stat)
${slice('timeout 4 sh -c "while :; do :; done"')}
echo $(($(sed -n 's/^usage_usec //p' /sys/fs/cgroup/tenant.slice/tenant-magpie.slice/cpu.stat) - before))`,
  'io.weight':
    'systemctl show --property=IOWeight tenant-magpie.slice && cat /sys/fs/cgroup/tenant.slice/tenant-magpie.slice/io.*weight',
  keys: KEYS,
  stop: `ip netns exec vl2 ping -n -q -i 0.2 10.2.0.2 >/run/ping & ping=$!
systemctl stop tenant@magpie.service
${IDLE}
left magpie
kill -INT $ping
wait $ping
sed -n 's/.*, \\([0-9.]*%\\) packet loss.*/lost \\1/p' /run/ping`,
  'keys-stopped': KEYS,
  start: `systemctl start tenant@magpie.service && ${reach(OWN)}`,
  'keys-started': KEYS,
  'stop-all': `systemctl stop tenants.target
${IDLE}
left '${TENANTS.join('\\|')}'
nft list ruleset
cat /proc/sys/net/ipv4/conf/up0/forwarding /proc/sys/net/ipv6/conf/up0/force_forwarding /proc/sys/net/ipv4/ip_forward`,
  journal: 'journalctl --boot --no-pager --output=short-monotonic',
}
