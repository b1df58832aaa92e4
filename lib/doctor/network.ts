/** What tenants' networks need. */

import { bridgeName } from '../layout/names.ts'
import type { Check, Context, Finding } from './check.ts'
import { ask, both, linkType, missing, ok, program, worse } from './look.ts'

const isActive = ({ host }: Context, unit: string): boolean => ask(host, 'systemctl', 'is-active', unit) === 'active'

const isInstalled = ({ host }: Context, unit: string): boolean =>
  ask(host, 'systemctl', 'show', '--property=LoadState', '--value', unit) === 'loaded'

const networkd = (context: Context): Finding => {
  const unit = 'systemd-networkd.service'
  if (!isInstalled(context, unit)) return missing(`there is no ${unit}`)
  return isActive(context, unit) ? ok('runs') : ok('starts with the first tenant')
}

/** NetworkManager leaves alone what others made, unless it is told to. */
const networkManager = (context: Context): Finding => {
  if (!isActive(context, 'NetworkManager.service')) return ok('does not run')
  const devices = ask(context.host, 'nmcli', '--terse', '--fields', 'DEVICE,STATE', 'device') ?? ''
  const bridges = new Set(context.tenants.map(({ id }) => bridgeName(id)))
  const managed = devices
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([name = '', state = '']) => bridges.has(name) && !/^(?:unmanaged|connected \(externally\))/.test(state))
  if (managed.length === 0) return ok('leaves our bridges alone')
  return worse(
    `manages ${managed[0]?.[0]}, and so does systemd-networkd`,
    'unmanaged-devices=interface-name:br-*;interface-name:vt-*;interface-name:vb-* in NetworkManager.conf(5)',
  )
}

const kernelTakesTables: Check['look'] = ({ host }) => {
  if (ask(host, 'nft', '--check', 'add table inet bitbuilder') !== undefined) return ok('the kernel takes our table')
  return ask(host, 'id', '-u') === '0'
    ? missing('the kernel takes no table', 'a kernel with nf_tables')
    : worse('only root can ask the kernel', 'run this as root')
}

const resolved = (context: Context): Finding =>
  isActive(context, 'systemd-resolved.service')
    ? ok('runs')
    : worse(
        'does not run, tenants are told the name servers of bitbuilder.conf alone',
        'systemctl enable --now systemd-resolved',
      )

const ADD_BRIDGE = 'ip link add name probe0 type bridge'

export const NETWORK: readonly Check[] = [
  {
    name: 'networkd',
    neededFor: ['network'],
    packages: { debian: 'systemd', fedora: 'systemd-networkd' },
    look: networkd,
  },
  { name: 'NetworkManager', neededFor: ['network'], look: networkManager },
  { name: 'resolved', neededFor: ['network'], packages: 'systemd-resolved', look: resolved },
  {
    name: 'iproute2',
    neededFor: ['network'],
    packages: { debian: 'iproute2', fedora: 'iproute' },
    look: program('ip', '-V'),
  },
  { name: 'nftables', neededFor: ['network'], packages: 'nftables', look: both(program('nft'), kernelTakesTables) },
  { name: 'bridge', neededFor: ['network'], look: linkType('bridge', ADD_BRIDGE) },
  {
    name: 'wireguard',
    neededFor: ['wireguard'],
    packages: 'wireguard-tools',
    look: both(program('wg'), linkType('wireguard', 'ip link add name probe0 type wireguard')),
  },
  {
    name: 'vxlan',
    neededFor: ['vxlan'],
    look: linkType('vxlan', 'ip link add name probe0 type vxlan id 1 dstport 4789'),
  },
  {
    name: 'vlan',
    neededFor: ['vlan'],
    look: linkType('8021q', `${ADD_BRIDGE} && ip link add link probe0 name probe1 type vlan id 2`),
  },
]
