import type { Place } from './problem.ts'

/** The place of an offset in a text: lines end at `\n`, columns count UTF-16 code units as editors do. */
export const placeAt = (file: string, text: string, offset: number): Place => {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { file, line: before.split('\n').length, column: offset - lineStart + 1 }
}
