/** Values as an administrator writes them. Text becomes a number here and nowhere else. */

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50 }

/** systemd's own spelling of sizes, base 1024. */
export const SIZE = /^([0-9]{1,15})(?:\.([0-9]{1,6}))?([KMGTP]?)$/
export const SIZE_WORDS = 'a size such as 512M or 4G'

/** `512M`, `4G`, `1.5G` in bytes; undefined when it is none, zero, or more than can be counted exactly. */
export const parseSize = (text: string): number | undefined => {
  const found = SIZE.exec(text)
  if (found === null) return undefined
  const [, whole = '', fraction = '', unit = ''] = found
  const bytes = Math.floor(Number(`${whole}.${fraction || '0'}`) * (UNITS[unit] as number))
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined
}

/** The shortest exact spelling that systemd takes: `4G`, `1536M`, `1000`. */
export const formatSize = (bytes: number): string => {
  const unit = ['P', 'T', 'G', 'M', 'K'].find((one) => bytes % (UNITS[one] as number) === 0)
  return unit === undefined ? String(bytes) : `${bytes / (UNITS[unit] as number)}${unit}`
}
