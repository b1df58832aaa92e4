/** UAPI.10 Version Format Specification, as `systemd-analyze compare-versions` has it. */

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9'
const isAlpha = (char: string | undefined): boolean =>
  char !== undefined && ((char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z'))
const isVersionChar = (char: string): boolean => isDigit(char) || isAlpha(char) || '~-^.'.includes(char)

const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

/** Both sides' run of characters from `start` that pass. */
const run = (text: string, start: number, passes: (char: string | undefined) => boolean): string => {
  let end = start
  while (passes(text[end])) end += 1
  return text.slice(start, end)
}

const compareNumbers = (a: string, b: string): number => {
  const left = a.replace(/^0+/, '')
  const right = b.replace(/^0+/, '')
  return order(left.length, right.length) || order(left, right)
}

/** Negative when `a` is older than `b`, 0 when neither is newer, positive otherwise. */
export const compareVersions = (a: string, b: string): number => {
  let i = 0
  let j = 0
  for (;;) {
    while (i < a.length && !isVersionChar(a[i] as string)) i += 1
    while (j < b.length && !isVersionChar(b[j] as string)) j += 1
    const left = a[i]
    const right = b[j]
    // '~' sorts before everything, even before the end.
    if (left === '~' || right === '~') {
      if (left !== '~' || right !== '~') return left === '~' ? -1 : 1
      i += 1
      j += 1
      continue
    }
    if (left === undefined || right === undefined) return order(left !== undefined, right !== undefined)
    const separator = ['-', '^', '.'].find((char) => left === char || right === char)
    if (separator !== undefined) {
      if (left !== separator || right !== separator) return left === separator ? -1 : 1
      i += 1
      j += 1
      continue
    }
    const numeric = isDigit(left) || isDigit(right)
    const passes = numeric ? isDigit : isAlpha
    const first = run(a, i, passes)
    const second = run(b, j, passes)
    const found = numeric
      ? first === '' || second === ''
        ? order(first !== '', second !== '')
        : compareNumbers(first, second)
      : order(first, second)
    if (found !== 0) return found
    i += first.length
    j += second.length
  }
}
