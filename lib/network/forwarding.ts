import type { Config } from '../config/config.ts'
import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { FORWARDING_BEFORE, FORWARDING_NOW, ISOLATION_DIR } from '../layout/paths.ts'
import { isSafeInterface } from './interface.ts'
import type { HostLinks } from './isolation-rules.ts'

/**
 * Which interfaces forward, in the kernel: tenants' own and the uplinks, each by itself. The switches for the whole host stay as
 * they are: a host that was no router does not become one, nor does it stop to take router advertisements.
 */

const PATIENCE = 30
const SYSCTL = '/usr/lib/systemd/systemd-sysctl'
const LARGEST = 1 << 20

const ipv4 = (name: string): string => `net/ipv4/conf/${name}/forwarding`
/** Since Linux 6.17. `forwarding` of one interface only says that it is a router, and lets nothing through. */
const ipv6 = (name: string): string => `net/ipv6/conf/${name}/force_forwarding`
const WHOLE_HOST = { ipv4: 'net/ipv4/ip_forward', ipv6: 'net/ipv6/conf/all/forwarding' } as const

const read = (reader: Reader, key: string): string | undefined => reader.readFile(`/proc/sys/${key}`, 64)?.text.trim()

const isRouter = (reader: Reader, family: 'ipv4' | 'ipv6'): boolean => read(reader, WHOLE_HOST[family]) === '1'

/** Lines of sysctl.d(5): no error where an interface has gone. */
const lines = (keys: readonly string[], value: string): string => keys.map((key) => `-${key} = ${value}\n`).join('')

const run = (host: Host, text: string): void => {
  host.replaceFile(FORWARDING_NOW, text, 0o644)
  mustRun(host, [SYSCTL, FORWARDING_NOW], PATIENCE)
  host.remove(FORWARDING_NOW)
}

const withDefaultRoute = (host: Host, family: '-4' | '-6'): readonly string[] => {
  const command = ['ip', '-json', family, 'route', 'show', 'default']
  const said = mustRun(host, command, PATIENCE).trim()
  try {
    const routes = JSON.parse(said || '[]') as readonly { dev?: unknown; nexthops?: readonly { dev?: unknown }[] }[]
    return routes
      .flatMap((route) => [route, ...(route.nexthops ?? [])])
      .flatMap(({ dev }) => (typeof dev === 'string' && isSafeInterface(dev) ? [dev] : []))
  } catch {
    throw new HostError(command.join(' '), 'did not answer in JSON')
  }
}

/** `Outside=` of bitbuilder.conf(5): the interfaces that it names or, where it names none, those with a default route. */
const uplinksOf = (host: Host, { outside }: Config): readonly string[] =>
  outside ?? [...new Set([...withDefaultRoute(host, '-4'), ...withDefaultRoute(host, '-6')])].sort()

const recorded = (reader: Reader): readonly string[] =>
  (reader.readFile(FORWARDING_BEFORE, LARGEST)?.text ?? '')
    .split('\n')
    .flatMap((line) => /^-(\S+) = /.exec(line)?.[1] ?? [])

/**
 * The uplinks, and which of them forward because of us alone: those that do not yet, and those that did not when the first
 * tenant came. Who makes the whole host a router means it.
 */
export const readHostLinks = (host: Host, config: Config): HostLinks => {
  const uplinks = uplinksOf(host, config)
  const before = new Set(recorded(host))
  const guard = (family: 'ipv4' | 'ipv6', key: (name: string) => string): readonly string[] =>
    isRouter(host, family) ? [] : uplinks.filter((name) => before.has(key(name)) || read(host, key(name)) === '0')
  return { uplinks, guarded: guard('ipv4', ipv4), guarded6: guard('ipv6', ipv6) }
}

/** Remembers what is about to change, so that the last tenant's end can put it back. */
const record = (host: Host, keys: readonly string[]): void => {
  const known = recorded(host)
  const fresh = keys.filter((key) => !known.includes(key))
  if (fresh.length === 0) return
  host.makeDir(ISOLATION_DIR)
  host.replaceFile(FORWARDING_BEFORE, lines([...known, ...fresh], '0'), 0o644)
}

export interface Forwarding {
  /** A tenant's. They go with it, and their switches with them. */
  readonly interfaces: readonly string[]
  readonly uplinks: readonly string[]
  readonly ipv6: boolean
}

/**
 * Lets packets pass that the rules let pass. The rules have to be there. False when IPv6 was asked for and this kernel can
 * only do it for the whole host, which stays the administrator's to say.
 */
export const enableForwarding = (host: Host, { interfaces, uplinks, ipv6: six }: Forwarding): boolean => {
  const keysOf = (names: readonly string[]): readonly string[] =>
    [...names.map(ipv4), ...(six && !isRouter(host, 'ipv6') ? names.map(ipv6) : [])].filter(
      (key) => read(host, key) === '0',
    )
  const changed = keysOf(uplinks)
  const wrong = [...keysOf(interfaces), ...changed]
  record(host, changed)
  if (wrong.length > 0) run(host, lines(wrong, '1'))
  return !six || isRouter(host, 'ipv6') || read(host, ipv6('all')) !== undefined
}

/** Puts the uplinks back, but not what has become the whole host's way in the meantime. */
export const restoreForwarding = (host: Host): void => {
  const keys = recorded(host).filter((key) => !isRouter(host, key.startsWith('net/ipv4/') ? 'ipv4' : 'ipv6'))
  if (keys.length > 0) run(host, lines(keys, '0'))
  host.remove(FORWARDING_BEFORE)
}
