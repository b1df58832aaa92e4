import type { Problem } from './problem.ts'
import { wholeFile } from './problem.ts'

/** More than anybody mends at once. The log of the kernel, where a generator's lines go, is small. */
const MOST_TOLD = 20

/** The mistakes in one file: the first of them in full, of all others how many there are. Finding words and places takes time. */
export interface Tally {
  /** Whether the next mistake would only be counted. */
  readonly isFull: boolean
  /** One more. Words are asked for when they are needed. */
  add(problem: () => Problem): void
  /** One more that nobody words. */
  count(): void
  problems(): readonly Problem[]
}

export const tallyOf = (file: string, severity: Problem['severity'] = 'error'): Tally => {
  const told: Problem[] = []
  let more = 0
  return {
    get isFull() {
      return told.length >= MOST_TOLD
    },
    add(problem) {
      if (told.length < MOST_TOLD) told.push(problem())
      else more += 1
    },
    count() {
      more += 1
    },
    problems: () => {
      if (more === 0) return told
      const last: Problem = { severity, at: wholeFile(file), message: `and ${more} more like these` }
      return [...told, last]
    },
  }
}
