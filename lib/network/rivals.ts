import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { NETWORKD_DIR, networkFile } from '../layout/paths.ts'
import type { NetworkPlan } from './plan.ts'
import { overlaps, parseAnyPrefix } from './prefix.ts'

/** What the networks of other tenants hold that are up now: their own files say it. */

const LARGEST = 1 << 20

interface Held {
  readonly id: string
  /** The value of the key, word by word. */
  readonly words: readonly string[]
}

const heldBy = (reader: Reader, suffix: string, key: string, id: string): readonly Held[] => {
  const [before = '', after = ''] = networkFile('\n', suffix)
    .slice(NETWORKD_DIR.length + 1)
    .split('\n')
  return (reader.readDir(NETWORKD_DIR)?.entries ?? []).flatMap(({ name }): readonly Held[] => {
    if (!name.startsWith(before) || !name.endsWith(after)) return []
    const other = name.slice(before.length, name.length - after.length)
    if (other === id) return []
    const lines = reader.readFile(networkFile(other, suffix), LARGEST)?.text.split('\n') ?? []
    const values = lines.flatMap((line) => (line.startsWith(`${key}=`) ? line.slice(key.length + 1).split(' ') : []))
    return [{ id: other, words: values.map((word) => word.replaceAll('"', '')) }]
  })
}

/** systemd shortens names to so many characters; a shorter one has its tenant's whole id in it. */
const SHORTENED = 15

const refusePorts = (reader: Reader, { id, ports }: NetworkPlan): void => {
  const short = ports.filter(({ name }) => name.length === SHORTENED)
  if (short.length === 0) return
  for (const held of heldBy(reader, 'ports.network', 'Name', id)) {
    const port = short.find(({ name }) => held.words.includes(name))
    if (port !== undefined)
      throw new HostError(
        `interface ${port.name}`,
        `systemd would give it to machine '${port.machine}', and tenant '${held.id}' has it already: rename the machine`,
      )
  }
}

/** Routes are the whole host's: what is behind one tenant's peer cannot be behind another's. */
const refusePeers = (reader: Reader, { id, wireguard }: NetworkPlan): void => {
  const prefixes = (wireguard?.peers ?? []).flatMap(({ allowedIps }) => allowedIps)
  if (prefixes.length === 0) return
  for (const held of heldBy(reader, 'wireguard.netdev', 'AllowedIPs', id)) {
    for (const text of prefixes) {
      const prefix = parseAnyPrefix(text)
      const rival = held.words.find((word) => {
        const other = parseAnyPrefix(word)
        return prefix !== undefined && other !== undefined && overlaps(prefix, other)
      })
      if (rival !== undefined)
        throw new HostError(
          'network.wireguard.peers',
          `${text} overlaps ${rival}, which is behind a peer of tenant '${held.id}'`,
        )
    }
  }
}

/** Throws HostError when something of the plan is another tenant's already. Under the lock. */
export const refuseRivals = (reader: Reader, plan: NetworkPlan): void => {
  refusePorts(reader, plan)
  refusePeers(reader, plan)
}
