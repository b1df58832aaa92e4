/** A whole machine on a wire, the other end of which is a namespace: what it holds, and what it is asked. */

import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'

const script = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

/** Both in base 64, as wg(8) takes them. */
const wireguardKeys = (): { readonly privateKey: string; readonly publicKey: string } => {
  const { x = '', d = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' })
  const [publicKey, privateKey] = [x, d].map((text) => Buffer.from(text, 'base64url').toString('base64'))
  return { privateKey: `${privateKey}`, publicKey: `${publicKey}` }
}

const FAR = { magpie: wireguardKeys(), heron: wireguardKeys() } as const

/** What is behind the tunnel: with an endpoint, or one that calls. */
const peer = (tenant: keyof typeof FAR, index: number, endpoint: object): object => ({
  publicKey: FAR[tenant].publicKey,
  allowedIps: [`172.16.${index}.0/24`, `fd99:0:0:${index}::/64`],
  ...endpoint,
})

/** Bytes. */
export const STORAGE = 24 << 20

/** Bits per second. */
export const BANDWIDTH = 4 << 20

/** Of everything one, by a multicast group and by addresses, pinned and given out. */
const REGISTRY = {
  tenants: [
    {
      id: 'magpie',
      resources: { memory: '64M', cpu: 0.5, tasks: 40, ioWeight: 200, storage: `${STORAGE >> 20}M` },
      network: {
        index: 1,
        namespace: true,
        wireguard: { listenPort: 51901, peers: [peer('magpie', 1, { endpoint: '192.0.2.2:51991' })] },
        vxlan: { uplink: 'up0', group: '239.100.1.1', vni: 4001 },
        vlan: { uplink: 'up0', id: 101 },
      },
    },
    {
      id: 'heron',
      network: {
        index: 2,
        namespace: true,
        wireguard: { peers: [peer('heron', 2, {})] },
        vxlan: { uplink: 'up0', remotes: ['192.0.2.2'] },
        vlan: { uplink: 'up0' },
      },
    },
    { id: 'snail', network: { index: 3, namespace: true, bandwidth: `${BANDWIDTH >> 20}M` } },
    ...['one', 'two'].map((name) => ({
      id: `flock-${name}`,
      network: { namespace: true, wireguard: {}, vxlan: { uplink: 'up0' }, vlan: { uplink: 'up0' } },
    })),
  ],
}

export const TENANTS = REGISTRY.tenants.map(({ id }) => id)

/** Before networkd, as a network card would be there. */
const WIRE = `[Unit]
Description=A Wire to Another Host
DefaultDependencies=no
Before=network-pre.target systemd-networkd.service
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/bin/wire

[Install]
WantedBy=multi-user.target
`

/** Of the wire, in bytes: less than everybody's, so that it has to be looked at. */
export const MTU = 1460

const MAKE_WIRE = `#!/bin/sh -eux
ip netns add outside
ip link add name up0 mtu ${MTU} type veth peer name up1 mtu ${MTU} netns outside
ip -n outside link set dev lo up
ip -n outside link set dev up1 up
ip -n outside address add 192.0.2.2/24 dev up1
ip -n outside address add 192.0.2.3/24 dev up1
ip -n outside address add 2001:db8::2/64 dev up1 nodad
`

const UPLINK = `[Match]
Name=up0

[Network]
Address=192.0.2.1/24
Address=2001:db8::1/64
Gateway=192.0.2.2
Gateway=2001:db8::2
IPv6AcceptRA=no
LinkLocalAddressing=no
`

export const FILES: Readonly<Record<string, string>> = {
  '/etc/systemd/system/wire.service': WIRE,
  '/etc/systemd/network/10-up0.network': UPLINK,
  '/etc/bitbuilder/bitbuilder.conf.d/50-scene.conf': '[Network]\nPool6=fd00:bb::/48\n',
  '/etc/bitbuilder/tenants.d/snail.json': JSON.stringify(REGISTRY.tenants[2]),
  '/var/lib/bitbuilder/tenants.json': JSON.stringify({ tenants: REGISTRY.tenants.filter(({ id }) => id !== 'snail') }),
  '/usr/local/bin/wire': MAKE_WIRE,
  '/usr/local/bin/ends': script('ends.sh'),
  '/usr/local/bin/reach': script('reach.sh'),
  '/usr/local/bin/pour': script('pour.pl'),
  '/usr/local/bin/left': script('left.sh'),
  ...Object.fromEntries(Object.entries(FAR).map(([id, { privateKey }]) => [`/etc/ends/${id}.key`, `${privateKey}\n`])),
}

export const PREPARE = `
systemctl enable systemd-networkd.service wire.service
for id in ${TENANTS.join(' ')}; do mkdir -p /var/lib/tenants/$id; done
touch /etc/.updated /var/.updated
`
