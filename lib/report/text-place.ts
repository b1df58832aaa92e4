import type { Place } from './problem.ts'

const lineStartsOf = (text: string): readonly number[] => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

let last: { readonly text: string; readonly starts: readonly number[] } = { text: '', starts: [0] }

/** How many of the sorted numbers are at most `limit`. */
const countUpTo = (sorted: readonly number[], limit: number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) <= limit) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The place of an offset in a text: lines end at `\n`, columns count UTF-16 code units as editors do. The lines of the last
 * text are kept: a thousand mistakes in one file must not count them a thousand times.
 */
export const placeAt = (file: string, text: string, offset: number): Place => {
  if (last.text !== text) last = { text, starts: lineStartsOf(text) }
  const line = countUpTo(last.starts, offset)
  return { file, line, column: offset - (last.starts[line - 1] as number) + 1 }
}
