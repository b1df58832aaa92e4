/** Values as an administrator writes them. Text becomes a number here and nowhere else. */

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50 }

/** systemd's own spelling of sizes, base 1024. */
export const SIZE = /^([0-9]{1,15})(?:\.([0-9]{1,6}))?([KMGTP]?)$/
/** As many characters as the longest of that spelling. */
const LONGEST_SIZE = 23
export const SIZE_WORDS = 'a size such as 512M or 4G'

const readSize = (text: string): number | undefined => {
  const found = SIZE.exec(text)
  if (found === null) return undefined
  const [, whole = '', fraction = '', unit = ''] = found
  const bytes = Math.floor(Number(`${whole}.${fraction || '0'}`) * (UNITS[unit] as number))
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A registry of a thousand tenants has a handful of sizes, each asked for when it is checked and when it is used. */
const known = new Map<string, number | undefined>()

/** `512M`, `4G`, `1.5G` in bytes; undefined when it is none, zero, or more than can be counted exactly. */
export const parseSize = (text: string): number | undefined => {
  const before = known.get(text)
  if (before !== undefined || text.length > LONGEST_SIZE) return before
  const bytes = readSize(text)
  known.set(text, bytes)
  return bytes
}

/** The shortest exact spelling that systemd takes: `4G`, `1536M`, `1000`. */
export const formatSize = (bytes: number): string => {
  let count = bytes
  let unit = 0
  while (unit < 5 && count % 1024 === 0) {
    count /= 1024
    unit += 1
  }
  return unit === 0 ? String(count) : `${count}${'KMGTP'[unit - 1]}`
}

/** The same of a size that was found good. */
export const showSize = (text: string): string => formatSize(parseSize(text) ?? 0)
