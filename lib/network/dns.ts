import type { Config } from '../config/config.ts'
import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { parseAddress } from './address.ts'

/** Where the host's own name servers stand: resolved's list of those behind its stub, else what everybody reads. */
const RESOLV_CONF = ['/run/systemd/resolve/resolv.conf', '/etc/resolv.conf'] as const

const LARGEST = 64 << 10
/** resolv.conf(5), MAXNS. */
const MOST = 3

/** Not one that means something on the host or its link alone: 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, and beyond 224. */
const isReachable = (text: string): boolean => {
  const address = parseAddress(text)
  if (address === undefined) return false
  const first = Math.floor(address / 2 ** 24)
  return first !== 0 && first !== 127 && first < 224 && Math.floor(address / 2 ** 16) !== 0xa9fe
}

const ofHost = (reader: Reader): readonly string[] => {
  const text = RESOLV_CONF.map((path) =>
    orElse(
      () => reader.readFile(path, LARGEST)?.text,
      () => undefined,
    ),
  ).find((found) => found !== undefined)
  const found = (text ?? '').split('\n').flatMap((line) => /^nameserver[ \t]+(\S+)/.exec(line)?.[1] ?? [])
  return [...new Set(found.filter(isReachable))].slice(0, MOST)
}

/**
 * Name servers for tenants: `DNS=` of bitbuilder.conf(5) or, where it says nothing, those that the host asks. Not the host's own
 * resolver: systemd-resolved answers everybody from /etc/hosts, with leases of every bridge, with the machines of all
 * tenants, and to the host's name with all its addresses, on 127.0.0.54 and on a DNSStubListenerExtra= as well.
 */
export const nameServers = (reader: Reader, { dns, outside }: Config): readonly string[] =>
  dns ?? (outside?.length === 0 ? [] : ofHost(reader))
