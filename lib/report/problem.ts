/** Where somebody has to look. Line and column count from 1; 0 when the whole file is meant. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Something the administrator has to hear about. Collected, not thrown: one bad tenant must not stop the others. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly at: Place
  /** What is wrong and what we do about it. User text in '…'; no full stop. */
  readonly message: string
  /** What to do next. */
  readonly hint?: string
  /** The tenant it costs, when it costs one. */
  readonly tenant?: string
}

export interface Checked<T> {
  readonly value: T
  readonly problems: readonly Problem[]
}

export const wholeFile = (file: string): Place => ({ file, line: 0, column: 0 })

export const isProblem = <T extends object>(found: T | Problem): found is Problem => 'severity' in found

export const isError = (problem: Problem): boolean => problem.severity === 'error'

/** `FILE:LINE:COLUMN`, or `FILE` alone. */
export const renderPlace = ({ file, line, column }: Place): string => (line === 0 ? file : `${file}:${line}:${column}`)

/** kmsg(4) cuts a record near 1 KiB, prefix included. */
const LONGEST_LINE = 900

/** One line, whatever the text: a control character would tear the log apart or repaint a terminal. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (char) => {
    const code = char.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })

const shorten = (line: string): string => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line)

/** `FILE:LINE:COLUMN: message`, one line. */
export const renderProblem = (problem: Problem): string =>
  shorten(printable(`${renderPlace(problem.at)}: ${problem.message}`))

/** The hint's own line, empty when there is none. */
export const renderHint = (problem: Problem): readonly string[] =>
  problem.hint === undefined ? [] : [shorten(printable(`  hint: ${problem.hint}`))]
