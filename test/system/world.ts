/** What lies beyond the host: an uplink with a namespace behind it, and addresses of the host that are no tenant's business. */

import type { Machine } from './machine.ts'

export interface Addresses {
  readonly ipv4: string
  readonly ipv6: string
}

const UPLINK = 'uplink0'

/** Documentation prefixes, RFC 5737 and RFC 3849: nobody's. */
export const HOST_OUTSIDE: Addresses = { ipv4: '198.51.100.2', ipv6: '2001:db8:51::2' }
const ROUTER: Addresses = { ipv4: '198.51.100.1', ipv6: '2001:db8:51::1' }

/** An address of the outside that is not on the uplink itself: the default route alone leads to it. */
export const OUTSIDE: Addresses = { ipv4: '203.0.113.10', ipv6: '2001:db8:113::10' }

/** A network that the host has for itself, as for its management. */
export const HOST_INSIDE: Addresses = { ipv4: '192.168.77.1', ipv6: 'fd77::1' }

/** TCP, on every address of the host, of the outside and of guests. */
export const PORT = 8080

const NETWORK = `set -e
ip netns add world
ip link add ${UPLINK} type veth peer name eth0 netns world
ip address add ${HOST_OUTSIDE.ipv4}/24 dev ${UPLINK}
ip -6 address add ${HOST_OUTSIDE.ipv6}/64 dev ${UPLINK} nodad
ip link set ${UPLINK} up
ip -n world link set lo up
ip -n world address add ${ROUTER.ipv4}/24 dev eth0
ip -n world -6 address add ${ROUTER.ipv6}/64 dev eth0 nodad
ip -n world address add ${OUTSIDE.ipv4}/32 dev lo
ip -n world -6 address add ${OUTSIDE.ipv6}/128 dev lo nodad
ip -n world link set eth0 up
ip route add default via ${ROUTER.ipv4}
ip -6 route add default via ${ROUTER.ipv6}
ip link add manage0 type bridge
ip address add ${HOST_INSIDE.ipv4}/24 dev manage0
ip -6 address add ${HOST_INSIDE.ipv6}/64 dev manage0 nodad
ip link set manage0 up
`

/** A CGI program, RFC 3875: who answers, and whom it sees asking. `name`: words of sh. */
export const answerOf = (name: string): string => `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n%s sees %s\\n' "${name}" "$REMOTE_ADDR"
`

const serve = (machine: Machine, name: string, prefix: readonly string[] = []): void => {
  machine.write(`/srv/${name}/cgi-bin/who`, answerOf(name))
  machine.must(`chmod +x /srv/${name}/cgi-bin/who`)
  const server = ['/usr/bin/busybox', 'httpd', '-f', '-p', `[::]:${PORT}`, '-h', `/srv/${name}`]
  machine.must(['systemd-run', '--quiet', `--unit=${name}-http`, '--', ...prefix, ...server])
  machine.must(
    `timeout 10 sh -c 'until ${prefix.join(' ')} busybox nc -w 1 127.0.0.1 ${PORT} </dev/null; do sleep 0.1; done'`,
  )
}

/** For one boot: none of it is written down. */
export const makeWorld = (machine: Machine): void => {
  machine.must(['sh'], { input: NETWORK })
  serve(machine, 'host')
  serve(machine, 'outside', ['/usr/bin/ip', 'netns', 'exec', 'world'])
}

/** Somebody who can be told to run a line of sh, with busybox's programs. */
export interface Asker {
  readonly run: (line: string) => { readonly status: number; readonly stdout: string }
}

/**
 * What answers to whoever asks: `ping ADDRESS` where one of three echo requests comes back, `http ADDRESS NAME sees WHOM`.
 * All at once, and nobody is waited for longer than two seconds.
 */
export const reached = (asker: Asker, addresses: readonly string[]): readonly string[] => {
  const probes = addresses.flatMap((address) => {
    const host = address.includes(':') ? `[${address}]` : address
    return [
      `(busybox ping -c 3 -i 0.3 -W 1 ${address} >/dev/null 2>&1 && echo "ping ${address}") &`,
      `(busybox wget -T 2 -q -O - http://${host}:${PORT}/cgi-bin/who 2>/dev/null | busybox sed 's|^|http ${address} |') &`,
    ]
  })
  const { stdout } = asker.run(`${probes.join('\n')}\nwait`)
  const lines = stdout.split(/\r?\n/).filter((line) => /^(?:ping|http) /.test(line))
  // A server that speaks IPv6 sees IPv4 as a part of it, RFC 4291, 2.5.5.2.
  return lines.map((line) => line.replace(/\[(?:::ffff:)?([^\]]*)\]/, '$1')).sort()
}

/** What `reached` says when all of them answer, and see the one who asks. */
export const answers = (name: string, sees: string, address: string): readonly string[] => [
  `http ${address} ${name} sees ${sees}`,
  `ping ${address}`,
]

/**
 * Counts new connections that have passed every filter, whether or not anybody answers: from one bridge to another, and by TCP
 * from a bridge to the host.
 */
const WATCH = `table inet watch {
  counter forwarded {}
  counter delivered {}
  chain forward {
    type filter hook postrouting priority 300
    iifname "br-*" oifname "br-*" ct state new counter name forwarded
  }
  chain host {
    type filter hook input priority 300
    iifname "br-*" ct state new meta l4proto tcp counter name delivered
  }
}
`

export const watch = (machine: Machine): void => {
  machine.must('nft -f -', { input: WATCH })
}

interface Counters {
  readonly nftables: readonly { readonly counter?: { readonly name: string; readonly packets: number } }[]
}

/** Packets since `watch`. */
export const watched = (machine: Machine): Readonly<Record<string, number>> => {
  const { nftables } = JSON.parse(machine.must('nft --json list counters table inet watch')) as Counters
  return Object.fromEntries(nftables.flatMap(({ counter }) => (counter ? [[counter.name, counter.packets]] : [])))
}
