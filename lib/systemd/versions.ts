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
    // '~' sorts before everything, even before the end.
    if (a[i] === '~' || b[j] === '~') {
      if (a[i] !== b[j]) return a[i] === '~' ? -1 : 1
      i += 1
      j += 1
    }
    if (i >= a.length || j >= b.length) return order(i < a.length, j < b.length)
    // In this order, and each at most once: a segment has one separator of a kind before it.
    for (const separator of ['-', '^', '.']) {
      if (a[i] !== separator && b[j] !== separator) continue
      if (a[i] !== b[j]) return a[i] === separator ? -1 : 1
      i += 1
      j += 1
    }
    const numeric = isDigit(a[i]) || isDigit(b[j])
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
