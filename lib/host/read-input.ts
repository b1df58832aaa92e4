/** Host.readInput() on the small engine. */

import { EAGAIN, ECONNRESET } from './errno.ts'
import * as linuxProcess from './linux-process.ts'
import { check } from './quickjs-check.ts'

const STANDARD_INPUT = 0

/** Milliseconds between two looks at input that says there is none yet and cannot be waited for. */
const PAUSE = 1000

export const readInput = (most: number): Uint8Array => {
  const bytes = new Uint8Array(most)
  for (;;) {
    const count = linuxProcess.read(STANDARD_INPUT, bytes)
    if (count === -ECONNRESET) return bytes.subarray(0, 0)
    if (count !== -EAGAIN) return bytes.subarray(0, check('standard input', count))
    // Somebody who has the same file open may not want to wait.
    linuxProcess.poll([STANDARD_INPUT], PAUSE)
  }
}
