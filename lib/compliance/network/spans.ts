/** Times and sizes as settings of systemd have them. */

/** systemd.time(7), "Parsing Time Spans". */
const TIME_UNIT =
  /^(?:us|usec|µs|μs|ms|msec|s|sec|second|seconds|m|min|minute|minutes|h|hr|hour|hours|d|day|days|w|week|weeks|M|month|months|y|year|years)?$/

export const isTimeSpan = (value: string): boolean => {
  if (value === 'infinity') return true
  const parts = value.match(/[0-9]+(?:\.[0-9]+)?\s*[A-Za-zµμ]*\s*/g) ?? []
  return (
    parts.length > 0 &&
    parts.join('') === value &&
    parts.every((part) => TIME_UNIT.test(part.replace(/^[0-9.]+\s*/, '').trim()) && Number.parseFloat(part) < 1.8e13)
  )
}

const SIZE_UNITS = 'BKMGTPE'

/** Bytes or bits, `1500`, `1.5K`; at most 64 bits. */
const sizeOf = (value: string, base: number): number | undefined => {
  const found = /^([0-9]{1,20})(\.[0-9]{1,15})?([BKMGTPE]?)$/.exec(value)
  if (found === null) return undefined
  const [, whole = '', fraction = '', unit = ''] = found
  return Number(`${whole}${fraction}`) * base ** Math.max(SIZE_UNITS.indexOf(unit), 0)
}

export const isSize =
  (base: number, least: number, most: number) =>
  (value: string): boolean => {
    const size = sizeOf(value, base)
    return size !== undefined && size >= least && size <= most
  }
