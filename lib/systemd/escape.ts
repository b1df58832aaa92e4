/** The rules of systemd-escape(1), "string escaping for inclusion in unit names" in systemd.unit(5). */

const HEX = '0123456789abcdef'

/** UTF-8 bytes of a string. The core has no TextEncoder: the small engine lacks it. A lone surrogate becomes U+FFFD. */
export const utf8 = (text: string): number[] => {
  const bytes: number[] = []
  for (const char of text) {
    const found = char.codePointAt(0) ?? 0
    const point = found >= 0xd800 && found <= 0xdfff ? 0xfffd : found
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
  }
  return bytes
}

/** Whether they are more than so many. A character of UTF-16 is three bytes at most. */
export const isLongerThan = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && (text.length > bytes || utf8(text).length > bytes)

const isPlain = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x3a) || // 0-9 and ':'
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x5f ||
  byte === 0x2e

const hexEscape = (byte: number): string => `\\x${HEX[byte >> 4]}${HEX[byte & 15]}`

/** Most texts: of what must be escaped they have only `-`. */
const HAS_ONLY_DASHES = /^[A-Za-z0-9:_/-][A-Za-z0-9:_./-]*$/

/** `systemd-escape TEXT`: `/` becomes `-`, what a unit name may not hold becomes `\xNN`. */
export const escapeUnitName = (text: string): string => {
  if (HAS_ONLY_DASHES.test(text)) return text.replaceAll('-', '\\x2d').replaceAll('/', '-')
  let escaped = ''
  utf8(text).forEach((byte, index) => {
    if (byte === 0x2f) escaped += '-'
    else if (isPlain(byte) && !(index === 0 && byte === 0x2e)) escaped += String.fromCharCode(byte)
    else escaped += hexEscape(byte)
  })
  return escaped
}

/** `systemd-escape --path PATH`, of an absolute path without `.` or `..`: `/var/lib/a-b` becomes `var-lib-a\x2db`. */
export const escapePath = (path: string): string => {
  if (path.length > 1 && !path.includes('//') && !path.endsWith('/')) return escapeUnitName(path.slice(1))
  const names = path.split('/').filter((name) => name !== '')
  return names.length === 0 ? '-' : escapeUnitName(names.join('/'))
}

/** A unit name holds at most 255 characters, systemd.unit(5). */
export const LONGEST_UNIT_NAME = 255
