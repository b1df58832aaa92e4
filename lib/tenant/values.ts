/** Values as an administrator writes them. Text becomes a number here and nowhere else. */

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
  E: 2 ** 60,
}

/**
 * systemd's own spelling of sizes, base 1024, parse_size() of its parse-util.c: several terms are added up, each with a smaller
 * unit than the one before it. It takes `+1G` and `1.G` as well; we do not.
 */
export const SIZE = /^(?=\s*[0-9])(?:\s*[0-9]{1,15}(?:\.[0-9]{1,6})?\s*[BKMGTPE])*(?:\s*[0-9]{1,15}(?:\.[0-9]{1,6})?)?$/
/** One term, as nearly all sizes are. */
const TERM = /^([0-9]{1,15})(?:\.([0-9]{1,6}))?([BKMGTPE]?)$/
/** More characters than anybody needs. */
const LONGEST_SIZE = 64
export const SIZE_WORDS = 'a size such as 512M or 4G'

/** What systemd counts sizes in has 64 bits. */
const LIMIT = 2 ** 64

const DESCENDING = 'EPTGMKB'

const readTerm = (text: string): number => {
  const [, whole = '', fraction = '', unit = ''] = TERM.exec(text) ?? []
  return Math.floor(Number(`${whole}.${fraction || '0'}`) * (UNITS[unit] as number))
}

/** A sum of which no term comes before a larger one; 0 when it is none. */
const readTerms = (text: string): number => {
  if (!SIZE.test(text)) return 0
  let bytes = 0
  let before = -1
  for (const term of text.replace(/\s+/g, '').match(/[0-9.]+[BKMGTPE]?/g) ?? []) {
    const unit = DESCENDING.indexOf(term.slice(-1))
    const place = unit < 0 ? DESCENDING.length : unit
    if (place <= before) return 0
    before = place
    bytes += readTerm(term)
  }
  return bytes
}

/** Too large to be counted one by one, a number is still exact when it was written in large units. */
const isExact = (text: string, bytes: number): boolean =>
  Number.isSafeInteger(bytes) || (bytes < LIMIT && /^[0-9]{1,5}[TPE]$/.test(text))

const readSize = (text: string): number | undefined => {
  const bytes = TERM.test(text) ? readTerm(text) : readTerms(text)
  return bytes > 0 && isExact(text, bytes) ? bytes : undefined
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
