import type { Place } from './problem.ts'
import { wholeFile } from './problem.ts'

/** More than a file of 8 MiB has when people or programs wrote it. */
const MOST_LINES = 1_000_000

/** Where the lines of a text begin. */
export const lineStartsOf = (text: string): readonly number[] => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0 && starts.length <= MOST_LINES; at = text.indexOf('\n', at + 1))
    starts.push(at + 1)
  return starts
}

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

/** The place of an offset in a text: lines end at `\n`, columns count UTF-16 code units as editors do. */
export const placeAmong = (file: string, starts: readonly number[], offset: number): Place => {
  const line = countUpTo(starts, offset)
  if (line > MOST_LINES) return wholeFile(file)
  return { file, line, column: offset - (starts[line - 1] as number) + 1 }
}

export const placeAt = (file: string, text: string, offset: number): Place =>
  placeAmong(file, lineStartsOf(text), offset)
