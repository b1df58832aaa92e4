/** Who may reach whom in the scene of networks. */

import { MTU } from './networks-scene.ts'

/** What VXLAN leaves, RFC 7348: in bytes. */
export const INNER_MTU = MTU - 50

/** A ping and whether it may be answered: from a namespace, to an address. */
export interface Way {
  readonly from: string
  readonly to: string
  /** Options of ping(8). */
  readonly options?: string
  readonly isOpen: boolean
}

const ways = (isOpen: boolean, from: string, ...tos: readonly string[]): readonly Way[] =>
  tos.map((to) => ({ from, to, isOpen }))

/** Between the ends of a tenant: on this host, and far away by VXLAN, VLAN and WireGuard; and to its gateway and the outside. */
const own = (id: string, n: number): readonly Way[] => {
  const [four, six, here] = [`10.${n}.0`, `fd00:bb:0:${n}:`, `tenant-${id}`]
  return [
    ...ways(true, here, `${four}.4`, `${four}.5`, `172.16.${n}.1`, '192.0.2.2'),
    ...ways(true, here, `${six}:4`, `${six}:5`, `fd99:0:0:${n}::1`, '2001:db8::2'),
    ...[`vx${n}`, `vl${n}`].flatMap((end) => ways(true, end, `${four}.1`, `${four}.2`, '192.0.2.2', `${six}:2`)),
    ...ways(true, `wg${n}`, `10.${n}.100.1`, `${four}.2`, `${four}.5`, `${six}:2`),
    // As large as the tunnel lets it be.
    { from: here, to: `${four}.4`, options: `-M do -s ${INNER_MTU - 28}`, isOpen: true },
  ]
}

/** From all ends of a tenant to those of another, and to addresses of the host. */
const foreign = (id: string, n: number, other: number): readonly Way[] => {
  const theirs = ['0.1', '0.2', '0.4', '0.5', '100.1'].map((rest) => `10.${other}.${rest}`)
  const sixes = [`fd00:bb:0:${other}::1`, `fd00:bb:0:${other}::2`, '2001:db8::1']
  return [`tenant-${id}`, `vx${n}`, `vl${n}`, `wg${n}`].flatMap((from) =>
    ways(false, from, ...theirs, `172.16.${other}.1`, '192.0.2.1', ...sixes),
  )
}

export const OWN = own('magpie', 1)
export const HERONS = own('heron', 2)

/** What the rules alone keep apart. */
export const FOREIGN = [...foreign('magpie', 1, 2), ...foreign('heron', 2, 1)]

export const WAYS: readonly Way[] = [
  ...OWN,
  ...HERONS,
  ...FOREIGN,
  // With addresses of the other tenant's: nobody on that VLAN or in that VXLAN answers, and nobody lets them out.
  ...['10.1.0.1', '10.1.0.2', '10.1.0.4', '10.1.0.5', '192.0.2.2'].flatMap((to) =>
    ['vl2', 'vx2'].map((from) => ({ from, to, options: '-I 10.1.0.9', isOpen: false })),
  ),
]
