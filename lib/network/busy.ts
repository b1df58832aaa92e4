import { orElse, type Reader } from '../host/host.ts'

/** One line for each socket, udp(7), and what it was bound to in hexadecimal. */
const TABLES = ['/proc/net/udp', '/proc/net/udp6'] as const
const LARGEST = 8 << 20

/**
 * UDP ports that something on the host has: a tunnel of the administrator's own may be where ours would be. Looked at when a
 * port is given out; later it is the tenant's.
 */
export const busyUdpPorts = (reader: Reader): readonly number[] =>
  TABLES.flatMap((path) => {
    const text = orElse(
      () => reader.readFile(path, LARGEST)?.text ?? '',
      () => '',
    )
    return text.split('\n').flatMap((line) => {
      const found = /^ *[0-9]+: [0-9A-F]+:([0-9A-F]{4}) /.exec(line)
      return found === null ? [] : [Number.parseInt(found[1] as string, 16)]
    })
  })
