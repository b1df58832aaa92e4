/** Addresses as an administrator writes them, for the schema: the few entries that have any pay for these functions. */

import { isMulticast, parseAnyPrefix, parseHost } from '../network/prefix.ts'

export const isAddressPrefix = (text: string): boolean => parseAnyPrefix(text) !== undefined

export const isMulticastAddress = (text: string): boolean => {
  const host = parseHost(text)
  return host !== undefined && isMulticast(host)
}

/** Somebody's: neither a group nor nobody. */
export const isUnicastAddress = (text: string): boolean => {
  const host = parseHost(text)
  return host !== undefined && !isMulticast(host) && host.base !== 0n
}

const ENDPOINT = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([1-9][0-9]{0,4})$/
/** RFC 1123, section 2.1. */
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/
const DIGITS_AND_DOTS = /^[0-9.]+$/

/** HOST:PORT, an IPv6 address in brackets. */
export const isEndpoint = (text: string): boolean => {
  const found = ENDPOINT.exec(text)
  if (found === null || Number(found[3]) > 65535) return false
  const [, six, name = ''] = found
  if (six !== undefined) return parseHost(six)?.family === 6
  return DIGITS_AND_DOTS.test(name) ? parseHost(name) !== undefined : HOST_NAME.test(name)
}
