/** A little world around a machine: an outside behind an uplink, and guests on the bridges of tenants, each a network namespace. */

import { beforeAll } from 'vitest'
import { networkdScript, REGISTRY, registry } from './fixtures.ts'
import { type Machine, useMachine } from './machine.ts'

/** RFC 5737, RFC 3849: addresses that are nobody's. */
export const OUTSIDE = {
  uplink: 'up0',
  host4: '198.51.100.1',
  host6: '2001:db8:1::1',
  far4: '198.51.100.2',
  far6: '2001:db8:1::2',
}

/** Takes what a DHCP server offers, and keeps it for the test to read. */
const DHCP_SCRIPT = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
ip route replace default via "$router"
printf 'ip=%s router=%s dns=%s\\n' "$ip" "$router" "$dns" >/run/lease.$(ip netns identify $$)
`

/** One connection, to or from port 9000; prints bytes and seconds of what it received. */
const STREAM = `use IO::Socket::INET; use Time::HiRes 'time';
my ($mode, $host, $bytes) = @ARGV;
my $socket;
if ($host eq 'listen') { $socket = IO::Socket::INET->new(LocalPort => 9000, Listen => 1, ReuseAddr => 1)->accept }
else { for (1 .. 50) { last if $socket = IO::Socket::INET->new(PeerAddr => "$host:9000", Timeout => 2); select undef, undef, undef, 0.1 } }
die "no connection" unless $socket;
my ($start, $sum, $buffer) = (time, 0, "\\0" x 65536);
if ($mode eq 'send') { while ($sum < $bytes) { $sum += syswrite($socket, $buffer) // die } shutdown $socket, 1; sysread $socket, $buffer, 1 }
else { while (my $got = sysread $socket, $buffer, 65536) { $sum += $got } printf "%d %.3f\\n", $sum, time - $start }
`

/** Answers every question with the same address, RFC 1035. */
const NAME_SERVER = `use IO::Socket::INET;
my $socket = IO::Socket::INET->new(LocalPort => 53, Proto => 'udp') or die;
while (my $from = $socket->recv(my $query, 512)) {
  my $question = substr $query, 12;
  $question =~ /^((?:[^\\0][^\\0]*?)*?\\0....)/s;
  my $name = index($question, "\\0");
  $question = substr $question, 0, $name + 5;
  $socket->send(substr($query, 0, 2) . "\\x81\\x80\\0\\1\\0\\1\\0\\0\\0\\0" . $question . "\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4\\xc0\\0\\2\\x63");
}
`

const worldFiles = {
  '/usr/local/lib/dhcp.sh': DHCP_SCRIPT,
  '/usr/local/lib/stream.pl': STREAM,
  '/usr/local/lib/names.pl': NAME_SERVER,
}

/** The uplink and what is behind it: the host's default route, a name server, and no way back to what is behind the host. */
const makeOutside = (machine: Machine): void => {
  const { uplink, host4, host6, far4, far6 } = OUTSIDE
  machine.must(`set -e
    ip netns add outside
    ip link add ${uplink} type veth peer name eth0 netns outside
    ip link set ${uplink} up
    ip address add ${host4}/24 dev ${uplink}
    ip address add ${host6}/64 dev ${uplink} nodad
    ip -n outside link set lo up
    ip -n outside link set eth0 up
    ip -n outside address add ${far4}/24 dev eth0
    ip -n outside address add ${far6}/64 dev eth0 nodad
    ip route add default via ${far4}
    ip route add default via ${far6}
    systemd-run --quiet --unit=names ip netns exec outside perl /usr/local/lib/names.pl`)
}

export interface Guest {
  /** Its namespace. */
  readonly name: string
  readonly ip4: string
  /** Empty where there is none. */
  readonly ip6: string
  /** As DHCP gave it. */
  readonly lease: string
}

/** A guest on a bridge with an address from its DHCP server, and with one of its own making where a prefix is announced. */
const makeGuest = (machine: Machine, name: string, bridge: string): Guest => {
  machine.must(`set -e
    ip netns add ${name}
    ip link add ${name} type veth peer name eth0 netns ${name}
    ip link set ${name} master ${bridge} up
    ip -n ${name} link set lo up
    ip -n ${name} link set eth0 up
    ip netns exec ${name} busybox udhcpc -i eth0 -n -q -f -s /usr/local/lib/dhcp.sh -t 10 2>/dev/null`)
  const lease = machine.must(`cat /run/lease.${name}`)
  const six = machine.run(`for i in $(seq 50); do
      ip -n ${name} -6 -json address show dev eth0 scope global | jq -re '.[].addr_info[]? | select(.scope == "global" and .tentative != true) | .local // empty' && exit
      sleep 0.1
    done`)
  return { name, ip4: /ip=(\S+)/.exec(lease)?.[1] ?? '', ip6: six.stdout.trim(), lease }
}

/** Whether an echo comes back to a namespace. `options` of ping(8). */
export const pings = (machine: Machine, from: string, to: string, options = ''): boolean =>
  machine.run(`ip netns exec ${from} ping -n -c 1 -W 1 ${options} ${to}`).status === 0

export const TABLE = 'inet bitbuilder'

/** What is changed of the uplink, and put back. */
export const BEFORE_KEYS = [
  `net.ipv4.conf.${OUTSIDE.uplink}.forwarding`,
  `net.ipv6.conf.${OUTSIDE.uplink}.force_forwarding`,
]

type Id = 'acme' | 'beta'

interface Tenants {
  readonly machine: Machine
  guest(id: Id): Guest
  /** One more. */
  addGuest(name: string, bridge: string): Guest
  /** Runs something while the kernel has no rules for tenants. */
  withoutRules<T>(work: () => T): T
}

/** A machine with an outside and two tenants, each with a guest on its bridge. */
export const useTenants = (): Tenants => {
  const used = useMachine({
    installed: true,
    files: {
      ...worldFiles,
      // They start when the outside is there.
      [REGISTRY]: registry(
        { id: 'acme', enabled: false, network: { index: 42, bandwidth: '20M' } },
        { id: 'beta', enabled: false, network: { index: 43 } },
      ),
      '/etc/bitbuilder/bitbuilder.conf.d/pool6.conf': '[Network]\nPool6=fd12:3456:789a::/48\n',
    },
    prepare: `${networkdScript}\nsystemctl enable systemd-resolved.service`,
  })
  const guests = new Map<Id, Guest>()
  beforeAll(() => {
    makeOutside(used.machine)
    used.machine.must(`resolvectl dns ${OUTSIDE.uplink} ${OUTSIDE.far4}
      systemctl start tenant@acme.service tenant@beta.service`)
    guests.set('acme', makeGuest(used.machine, 'gacme', 'br-acme'))
    guests.set('beta', makeGuest(used.machine, 'gbeta', 'br-beta'))
  })
  return {
    get machine() {
      return used.machine
    },
    addGuest: (name, bridge) => makeGuest(used.machine, name, bridge),
    guest: (id) => {
      const guest = guests.get(id)
      if (guest === undefined) throw new Error(`no guest of ${id}`)
      return guest
    },
    withoutRules: (work) => {
      used.machine.must(`nft delete table ${TABLE}`)
      try {
        return work()
      } finally {
        used.machine.must(`systemctl start bitbuilder-isolation.service && nft list table ${TABLE}`)
      }
    },
  }
}
