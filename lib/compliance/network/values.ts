import { parseHost } from '../../network/prefix.ts'
import { isCapability } from '../container/capabilities.ts'
import { isInterfaceName } from './interface-name.ts'
import { isSize, isTimeSpan } from './spans.ts'

/**
 * Whether networkd takes a value, as far as it can be said without its state. A kind is what may stand there, separated by
 * `|`: a parser below (`$flag`), a range of whole numbers (`0-255`), a word (`auto`), or nothing (`$flag|`).
 */

const FLAGS = new Set(['1', 'yes', 'y', 'true', 't', 'on', '0', 'no', 'n', 'false', 'f', 'off'])

const wordsOf = (value: string): readonly string[] => value.split(/[ \t\n\r]+/).filter((word) => word !== '')

/** All words of a list; of an empty one there is nothing wrong, it resets. */
const each =
  (test: (word: string) => boolean) =>
  (value: string): boolean =>
    wordsOf(value).every(test)

/** As safe_atou() of systemd reads it: decimal, `0x`, `0b` or `0o`. */
const numberOf = (text: string): bigint | undefined =>
  /^(?:[0-9]+|0x[0-9a-f]+|0b[01]+|0o[0-7]+)$/i.test(text) && text.length <= 40
    ? BigInt(text.replace(/^0+(?=\d)/, ''))
    : undefined

const isWithin = (text: string, least: bigint, most: bigint): boolean => {
  const number = numberOf(text)
  return number !== undefined && number >= least && number <= most
}

const isFamily =
  (family?: 4 | 6) =>
  (value: string): boolean => {
    const host = parseHost(value)
    return host !== undefined && (family === undefined || host.family === family)
  }

/** With a length, which may be demanded. */
const isPrefix =
  (family?: 4 | 6, length: 'needed' | 'optional' = 'optional') =>
  (value: string): boolean => {
    const [address = '', bits, rest] = value.split('/')
    const host = parseHost(address)
    if (host === undefined || rest !== undefined || (family !== undefined && host.family !== family)) return false
    if (bits === undefined) return length === 'optional'
    return isWithin(bits, 0n, host.family === 4 ? 32n : 128n)
  }

/** Bits beyond the length are none of the network's: networkd takes it all the same, and says so. */
const isNetwork = (value: string): boolean => {
  const [address = '', bits] = value.split('/')
  const host = parseHost(address)
  if (!isPrefix()(value) || host === undefined) return false
  if (bits === undefined) return true
  const rest = BigInt(host.family === 4 ? 32 : 128) - (numberOf(bits) ?? 0n)
  return host.base % (1n << rest) === 0n
}

const MAC =
  /^(?:[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}|[0-9a-f]{1,2}(?:-[0-9a-f]{1,2}){5}|[0-9a-f]{1,4}(?:\.[0-9a-f]{1,4}){2})$/i
const HARDWARE =
  /^(?:[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+|[0-9a-f]{1,2}(?:-[0-9a-f]{1,2})+|[0-9a-f]{1,4}(?:\.[0-9a-f]{1,4})+)$/i

const isHardwareAddress = (value: string): boolean => HARDWARE.test(value) || isFamily()(value)

/** Kept as a credential. */
const CREDENTIAL = /^@[^/\s]+$/

/** 32 bytes, wg(8). */
const isWireGuardKey = (value: string): boolean =>
  /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(value) || CREDENTIAL.test(value)

const HOST_NAME = /^(?=.{1,253}\.?$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*\.?$/

/** `HOST:PORT`, `[ADDRESS6]:PORT`. */
const isEndpoint = (value: string): boolean => {
  if (CREDENTIAL.test(value)) return true
  const at = value.lastIndexOf(':')
  const host = value.slice(0, Math.max(at, 0))
  if (!isWithin(value.slice(at + 1), 1n, 65535n)) return false
  if (host.startsWith('[')) return host.endsWith(']') && isFamily(6)(host.slice(1, -1))
  return isFamily()(host) || HOST_NAME.test(host)
}

/** `10.0.0.1`, `10.0.0.1:853`, `[fd00::1]:853%eth0#dns.example`. */
const isNameServer = (value: string): boolean => {
  const plain = value.replace(/#.*$/, '')
  const bracketed = /^\[([^\]]+)\](?::([0-9]+))?(?:%[^%]+)?$/.exec(plain)
  if (bracketed !== null) return isFamily(6)(bracketed[1] as string)
  const four = /^([0-9.]+)(?::([0-9]+))?(?:%[^%]+)?$/.exec(plain)
  if (four !== null) return isFamily(4)(four[1] as string) && (four[2] === undefined || isWithin(four[2], 1n, 65535n))
  return isFamily()(plain.replace(/%[^%]+$/, ''))
}

const isRange =
  (least: bigint, most: bigint) =>
  (value: string): boolean => {
    const [from = '', to = from, rest] = value.split('-')
    if (rest !== undefined || !isWithin(from, least, most) || !isWithin(to, least, most)) return false
    return (numberOf(from) as bigint) <= (numberOf(to) as bigint)
  }

const isPercent = (value: string): boolean =>
  /^[0-9]{1,3}(?:\.[0-9]{1,2})?%$/.test(value) && Number.parseFloat(value) <= 100

/** setrlimit(2): one value or two, in bytes, seconds or numbers. */
const isLimit = (value: string): boolean =>
  value.split(':').every((one) => one === 'infinity' || /^-?[0-9]/.test(one) || isTimeSpan(one)) &&
  value.split(':').length <= 2

/** `SOURCE[:DESTINATION[:OPTIONS]]`, systemd.nspawn(5). */
const isBind = (value: string): boolean => {
  const [source = '', destination = '/'] = value.split(/(?<!\\):/)
  return /^[+-]?(?:\+?\/[^\u0000-\u001f]*)?$/.test(source) && destination.startsWith('/') && value !== ''
}

const PARSERS: Readonly<Record<string, (value: string) => boolean>> = {
  $text: () => true,
  $flag: (value) => FLAGS.has(value.toLowerCase()),
  $seconds: isTimeSpan,
  $bytes: isSize(1024, 0, 2 ** 64),
  $bytes32: isSize(1024, 0, 2 ** 32 - 1),
  $mtu: isSize(1024, 0, 2 ** 32 - 1),
  $rate: isSize(1000, 0, 2 ** 64),
  $address: isFamily(),
  $address4: isFamily(4),
  $address6: isFamily(6),
  $addresses4: each(isFamily(4)),
  $addresses6: each(isFamily(6)),
  $prefix: isPrefix(undefined, 'needed'),
  $anyprefix: isPrefix(),
  $prefix6: isPrefix(6),
  $prefixes4: each(isPrefix(4)),
  $prefixes6: each(isPrefix(6)),
  $networks: (value) => value.split(/[\s,]+/).every((one) => one === '' || isNetwork(one)),
  $servers: each(isNameServer),
  $hwaddr: isHardwareAddress,
  $hwaddrs: each(isHardwareAddress),
  $mac: (value) => MAC.test(value),
  $macs: each((value) => MAC.test(value)),
  $interface: isInterfaceName,
  $interfaces: each(isInterfaceName),
  $matchnames: each((word) => isInterfaceName(word.replace(/^!/, ''), { alternative: true, patterns: true })),
  $endpoint: isEndpoint,
  $key: isWireGuardKey,
  $path: (value) => /^\/[^\u0000-\u001f]*$/.test(value),
  $ports: isRange(1n, 65535n),
  $vlans: isRange(0n, 4094n),
  $percent: isPercent,
  $limit: isLimit,
  $bind: isBind,
  $id: (value) => /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(value),
  $owners: (value) => /^[0-9]{1,10}(?::[0-9]{1,10})?$/.test(value),
  $capabilities: each(isCapability),
  $handle: (value) => /^(?:0x)?[0-9a-f]{1,4}$/i.test(value),
  $class: (value) => /^(?:root|clsact|ingress|[0-9a-f]{1,4}:[0-9a-f]{1,4})$/i.test(value),
}

const RANGE = /^(-?[0-9]+)-([0-9]+)$/

const takes = (kind: string, value: string): boolean => {
  const parser = PARSERS[kind]
  if (parser !== undefined) return parser(value)
  const range = RANGE.exec(kind)
  if (range === null) return kind === value
  const isNegative = value.startsWith('-') && kind.startsWith('-')
  if (isNegative) return isWithin(value.slice(1), 0n, BigInt((range[1] as string).slice(1)))
  return isWithin(value, BigInt((range[1] as string).replace(/^-.*/, '0')), BigInt(range[2] as string))
}

export const isGoodValue = (kind: string, value: string): boolean => kind.split('|').some((one) => takes(one, value))

const WORDS: Readonly<Record<string, string>> = {
  $flag: 'yes or no',
  $seconds: 'a time span such as 20s',
  $bytes: 'a number of bytes such as 16K',
  $bytes32: 'a number of bytes such as 16K',
  $mtu: 'a number of bytes such as 1500',
  $rate: 'a rate such as 10M',
  $address: 'an address',
  $address4: 'an IPv4 address',
  $address6: 'an IPv6 address',
  $addresses4: 'IPv4 addresses',
  $addresses6: 'IPv6 addresses',
  $prefix: 'an address and the length of its prefix, such as 10.0.0.1/24',
  $anyprefix: 'an address, or a prefix such as 10.0.0.0/24',
  $prefix6: 'an IPv6 prefix such as fd00::/64',
  $prefixes4: 'IPv4 prefixes such as 10.0.0.0/24',
  $prefixes6: 'IPv6 prefixes such as fd00::/64',
  $networks: 'prefixes such as 10.0.0.0/24, without bits beyond their length',
  $servers: 'addresses of name servers',
  $hwaddr: 'a hardware address such as 02:00:00:00:00:01',
  $hwaddrs: 'hardware addresses such as 02:00:00:00:00:01',
  $mac: 'a MAC address such as 02:00:00:00:00:01',
  $macs: 'MAC addresses such as 02:00:00:00:00:01',
  $interface: 'the name of an interface',
  $interfaces: 'names of interfaces',
  $matchnames: 'names of interfaces, or patterns of them',
  $endpoint: 'HOST:PORT or [ADDRESS]:PORT',
  $key: 'a key of 32 bytes as 44 characters of base64',
  $path: 'an absolute path',
  $ports: 'a port, or a range of them',
  $vlans: 'VLAN ids or ranges of them, 0 to 4094',
  $percent: 'a percentage',
  $limit: 'a limit, or two parted by a colon',
  $bind: 'SOURCE[:DESTINATION[:OPTIONS]] of absolute paths',
  $id: 'an id of 32 hexadecimal digits',
  $owners: 'a first user id, and perhaps how many',
  $capabilities: 'names of capabilities, capabilities(7)',
  $handle: 'a number of at most four hexadecimal digits',
  $class: 'root, clsact, ingress or MAJOR:MINOR',
}

/** What is expected, for a message. */
export const kindWords = (kind: string): string =>
  kind
    .split('|')
    .filter((one) => one !== '')
    .map((one) => WORDS[one] ?? one.replace(RANGE, 'a number from $1 to $2'))
    .join(', or ')
