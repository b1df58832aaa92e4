import { namespaceBatch } from '../layout/paths.ts'
import type { NetworkFile } from './files.ts'
import type { NetworkPlan } from './plan.ts'

/** The parts of netns-tenant@.service that no template can have: commands for `ip -batch`, ip(8). */

/** Where a command stands: on the host, or in the namespace. */
export const NAMESPACE_SIDES = ['host', 'inside'] as const

const text = (commands: readonly string[]): string => commands.map((command) => `${command}\n`).join('')

/** What the namespace has is what stands here. */
const inside = (address: string, gateway: string): readonly string[] => [
  `address add ${address} dev host0${address.includes(':') ? ' nodad' : ''}`,
  `route add default via ${gateway} dev host0`,
]

export const namespaceFiles = (plan: NetworkPlan): readonly NetworkFile[] => {
  const { id, namespace, gateway, gateway6, mtu } = plan
  if (namespace === undefined) return []
  const { name, hostSide, address, address6 } = namespace
  const pair = `link add name ${hostSide} mtu ${mtu} type veth peer name host0 mtu ${mtu} netns ${name}`
  const six = address6 === undefined || gateway6 === undefined ? [] : inside(address6, gateway6)
  return [
    { path: namespaceBatch(id, 'host'), text: text([pair, `link set dev ${hostSide} addrgenmode none`]) },
    {
      path: namespaceBatch(id, 'inside'),
      text: text(['link set dev host0 addrgenmode none', 'link set dev host0 up', ...inside(address, gateway), ...six]),
    },
  ]
}
