import { describe, expect, test } from 'vitest'
import { BEFORE_KEYS, type Guest, OUTSIDE, pings, useTenants } from './network-world.ts'

// What packets of tenants get where. Each that must not arrive is shown to arrive when the rules are away.

/** Of tenant acme, in bits per second: `20M`. */
const RATE = 20 * 2 ** 20
const WHOLE_HOST = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding', 'net.ipv4.conf.all.forwarding']

const here = useTenants()
const must = (command: string) => here.machine.must(command)
const sysctl = (...keys: readonly string[]) => must(`sysctl -n ${keys.join(' ')}`).split('\n')
const guest = (id: 'acme' | 'beta'): Guest => here.guest(id)
const withoutRules = <T>(work: () => T): T => here.withoutRules(work)

describe('a guest', () => {
  test('gets addresses of its tenant, and its gateway', () => {
    expect(guest('acme').ip4).toMatch(/^10\.42\.0\./)
    expect(guest('acme').lease).toContain('router=10.42.0.1 ')
    expect(guest('acme').ip6).toMatch(/^fd12:3456:789a:2a:/)
    expect(guest('beta').ip6).toMatch(/^fd12:3456:789a:2b:/)
  })

  test.each(['10.42.0.1', 'fd12:3456:789a:2a::1'])('reaches its gateway %s', (address) => {
    expect(pings(here.machine, 'gacme', address)).toBe(true)
  })

  test.each([OUTSIDE.far4, OUTSIDE.far6])('reaches the outside at %s', (address) => {
    expect(pings(here.machine, 'gacme', address)).toBe(true)
  })

  test('is seen outside with the address of the host, and not with its own', () => {
    must(`ip netns exec outside nft '
      table inet seen {
        set sources { type ipv4_addr; flags dynamic; }
        set sources6 { type ipv6_addr; flags dynamic; }
        chain input {
          type filter hook input priority 0
          icmp type echo-request add @sources { ip saddr }
          icmpv6 type echo-request add @sources6 { ip6 saddr }
        }
      }'`)
    pings(here.machine, 'gacme', OUTSIDE.far4)
    pings(here.machine, 'gbeta', OUTSIDE.far6)
    const elements = (set: string) =>
      must(
        `ip netns exec outside nft --json list set inet seen ${set} | jq -c '[.nftables[].set?.elem? // empty] | add'`,
      )
    expect(JSON.parse(elements('sources'))).toEqual([OUTSIDE.host4])
    expect(JSON.parse(elements('sources6'))).toEqual([OUTSIDE.host6])
    withoutRules(() => pings(here.machine, 'gacme', OUTSIDE.far4))
    expect(JSON.parse(elements('sources'))).toContain(guest('acme').ip4)
    must('ip netns exec outside nft delete table inet seen')
  })

  const forbidden: readonly (readonly [string, () => string])[] = [
    ['a guest of the other tenant', () => guest('beta').ip4],
    ['a guest of the other tenant, IPv6', () => guest('beta').ip6],
    ['the gateway of the other tenant', () => '10.43.0.1'],
    ['the gateway of the other tenant, IPv6', () => 'fd12:3456:789a:2b::1'],
    ['another address of the host', () => OUTSIDE.host4],
    ['another address of the host, IPv6', () => OUTSIDE.host6],
  ]

  test.each(forbidden)('does not reach %s', (_what, address) => {
    expect(pings(here.machine, 'gacme', address())).toBe(false)
    expect(withoutRules(() => pings(here.machine, 'gacme', address()))).toBe(true)
  })

  test('is not reached by the other tenant either', () => {
    expect(pings(here.machine, 'gbeta', guest('acme').ip4)).toBe(false)
    expect(pings(here.machine, 'gbeta', guest('acme').ip6)).toBe(false)
    expect(withoutRules(() => pings(here.machine, 'gbeta', guest('acme').ip4))).toBe(true)
  })

  test('is reached by the host', () => {
    expect(here.machine.run(`ping -n -c 1 -W 1 ${guest('acme').ip4}`).status).toBe(0)
    expect(here.machine.run(`ping -n -c 1 -W 1 ${guest('acme').ip6}`).status).toBe(0)
  })

  test('is not reached from the outside, when it has not asked', () => {
    must(`ip -n outside route add 10.42.0.0/16 via ${OUTSIDE.host4}
      ip -n outside route add fd12:3456:789a::/48 via ${OUTSIDE.host6}`)
    for (const address of [guest('acme').ip4, guest('acme').ip6]) {
      expect(pings(here.machine, 'outside', address)).toBe(false)
      expect(withoutRules(() => pings(here.machine, 'outside', address))).toBe(true)
      // What began while the rules were away does not go on as an answer.
      expect(pings(here.machine, 'outside', address)).toBe(false)
    }
    must('ip -n outside route del 10.42.0.0/16; ip -n outside route del fd12:3456:789a::/48')
  })

  test('cannot use the source address of another tenant', () => {
    must(`ip -n gacme address add 10.43.0.99/32 dev lo
      ip -n gacme -6 address add fd12:3456:789a:2b::99/128 dev lo nodad
      ip netns exec outside nft '
        table inet seen {
          chain input {
            type filter hook input priority 0
            ip saddr { 10.43.0.99, ${OUTSIDE.host4} } icmp type echo-request counter
            ip6 saddr { fd12:3456:789a:2b::99, ${OUTSIDE.host6} } icmpv6 type echo-request counter
          }
        }'`)
    const arrived = () => {
      pings(here.machine, 'gacme', OUTSIDE.far4, '-I 10.43.0.99')
      pings(here.machine, 'gacme', OUTSIDE.far6, '-I fd12:3456:789a:2b::99')
      return JSON.parse(
        must(
          `ip netns exec outside nft --json list chain inet seen input | jq -c '[.nftables[].rule?.expr? // empty | .[].counter?.packets // empty]'`,
        ),
      )
    }
    expect(arrived()).toEqual([0, 0])
    expect(withoutRules(arrived)).toEqual([1, 1])
    must(`ip netns exec outside nft delete table inet seen
      ip -n gacme address del 10.43.0.99/32 dev lo; ip -n gacme -6 address del fd12:3456:789a:2b::99/128 dev lo`)
  })
})

/** Whether a TCP connection to port 8080 comes about. */
const connects = (from: string, to: string): boolean =>
  here.machine.run(`ip netns exec ${from} perl -MIO::Socket::IP -e '
    exit !IO::Socket::IP->new(PeerHost => shift, PeerPort => 8080, Timeout => 1)' ${to}`).status === 0

describe('two guests of one tenant', () => {
  // With br_netfilter what a bridge only passes on goes through the rules as well, whatever its addresses are.
  test.each(['0', '1'])('reach each other, with bridge-nf-call-iptables=%s', (value) => {
    must(`sysctl -q net.bridge.bridge-nf-call-iptables=${value} net.bridge.bridge-nf-call-ip6tables=${value}`)
    const name = `gother${value}`
    const foreign = `192.168.77.1${value}`
    const other = here.addGuest(name, 'br-acme')
    must(`ip -n gacme address replace 192.168.77.1/24 dev eth0; ip -n ${name} address add ${foreign}/24 dev eth0`)
    const linkLocal = must(`ip -n ${name} -6 -json address show dev eth0 scope link |
      jq -r '.[].addr_info[]? | select(.scope == "link") | .local'`)
    for (const address of [other.ip4, other.ip6, foreign, `${linkLocal}%eth0`])
      expect([address, pings(here.machine, 'gacme', address)]).toEqual([address, true])
    expect(pings(here.machine, 'gacme', guest('beta').ip4)).toBe(false)
    expect(withoutRules(() => pings(here.machine, 'gacme', guest('beta').ip4))).toBe(true)
    must(`sysctl -q net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
      ip netns del ${name}; ip -n gacme address del 192.168.77.1/24 dev eth0`)
  })
})

describe('of the host', () => {
  test('no service answers, not even at the gateway', () => {
    must('systemd-run --quiet --unit=web busybox httpd -f -p 8080 -h /usr/share')
    for (const address of ['10.42.0.1', OUTSIDE.host4, 'fd12:3456:789a:2a::1', OUTSIDE.host6]) {
      expect([address, connects('gacme', address)]).toEqual([address, false])
      expect([address, withoutRules(() => connects('gacme', address))]).toEqual([address, true])
    }
    must('systemctl stop web.service')
  })

  test('the resolver is out of reach, even where it listens', () => {
    const asks = () => here.machine.run('ip netns exec gacme busybox nslookup -type=a $(hostname) 10.42.0.1').stdout
    must(`mkdir -p /run/systemd/resolved.conf.d
      printf '[Resolve]\nDNSStubListenerExtra=10.42.0.1\n' >/run/systemd/resolved.conf.d/50-test.conf
      systemctl reload systemd-resolved.service`)
    expect(asks()).not.toContain('10.43.0.1')
    // The reason why it is: it would tell a tenant the addresses of the others.
    expect(withoutRules(asks)).toContain('10.43.0.1')
    must('rm /run/systemd/resolved.conf.d/50-test.conf; systemctl reload systemd-resolved.service')
  })

  test('a guest has the name server of the host, and its answers', () => {
    expect(guest('acme').lease).toContain(`dns=${OUTSIDE.far4}`)
    expect(must(`ip netns exec gacme busybox nslookup -type=a example.com ${OUTSIDE.far4}`)).toContain('192.0.2.99')
  })

  test('only tenants’ own interfaces and the uplink forward', () => {
    expect(sysctl(...WHOLE_HOST)).toEqual(['0', '0', '0'])
    expect(sysctl('net.ipv4.conf.br-acme.forwarding', ...BEFORE_KEYS)).toEqual(['1', '1', '1'])
    expect(sysctl('net.ipv4.conf.lo.forwarding', 'net.ipv4.conf.default.forwarding')).toEqual(['0', '0'])
  })

  test('the uplink forwards for nobody else', () => {
    // Another network behind the host, that anybody may reach who is forwarded.
    must(`ip netns add other
      ip link add other type veth peer name eth0 netns other
      ip link set other up
      ip address add 203.0.113.1/24 dev other
      ip -n other link set eth0 up
      ip -n other address add 203.0.113.2/24 dev eth0
      ip -n other route add default via 203.0.113.1
      sysctl -q net.ipv4.conf.other.forwarding=1
      ip -n outside route add 203.0.113.0/24 via ${OUTSIDE.host4}`)
    expect(pings(here.machine, 'outside', '203.0.113.2')).toBe(false)
    expect(withoutRules(() => pings(here.machine, 'outside', '203.0.113.2'))).toBe(true)
    // And it is no outside for tenants, which have no answer from a network that they must not send to.
    expect(pings(here.machine, 'gacme', '203.0.113.2')).toBe(false)
    expect(withoutRules(() => pings(here.machine, 'gacme', '203.0.113.2'))).toBe(true)
    must('ip netns del other; ip -n outside route del 203.0.113.0/24')
  })
})

describe('bandwidth', () => {
  /** Bits, and seconds, that a stream of so many bytes has taken. */
  const stream = (sender: string, receiver: string, bytes: number): { bits: number; seconds: number } => {
    const listener = sender === 'outside' ? 'send' : 'receive'
    const caller = sender === 'outside' ? receiver : sender
    const said = must(`ip netns exec outside perl /usr/local/lib/stream.pl ${listener} listen ${bytes} >/run/listened &
      ip netns exec ${caller} perl /usr/local/lib/stream.pl ${sender === 'outside' ? 'receive' : 'send'} ${OUTSIDE.far4} ${bytes}
      wait; cat /run/listened`)
    const [sum = 0, seconds = 0] = said
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(Number)
    return { bits: sum * 8, seconds }
  }

  const SIZE = 16_000_000

  test.each([
    ['from', 'gacme', 'outside'],
    ['to', 'outside', 'gacme'],
  ])('holds for what comes %s the tenant', (_way, sender, receiver) => {
    const { bits, seconds } = stream(sender, receiver, SIZE)
    expect(bits).toBe(SIZE * 8 + ((65536 - (SIZE % 65536)) % 65536) * 8)
    // A second's worth at once, and a large packet; some of it never arrives.
    expect(bits).toBeLessThan(RATE * (seconds + 1) + 65536 * 8 * 2)
    expect(bits).toBeGreaterThan((RATE / 2) * seconds)
  })

  test('is not limited for a tenant without', () => {
    for (const [sender, receiver] of [
      ['gbeta', 'outside'],
      ['outside', 'gbeta'],
    ] as const) {
      const { bits, seconds } = stream(sender, receiver, SIZE)
      expect(bits).toBeGreaterThan(RATE * (seconds + 1) * 2)
    }
  })
})
