import type { Host } from '../host/host.ts'
import { isError, type Problem, renderHint, renderProblem } from '../report/problem.ts'

/** An option of the command line. */
export interface Option {
  readonly name: string
  /** `-f` */
  readonly short?: string
  /** What its value is called; without, it has none. */
  readonly value?: string
  readonly summary: string
}

/** What a verb is called with, read from the command line. */
export interface Call {
  readonly host: Host
  /** What follows the verb: an id, a name. */
  readonly operand: string | undefined
  /** What follows that. */
  readonly further: string | undefined
  /** All that follows the verb, for one whose last operand may be given several times. */
  readonly operands: readonly string[]
  readonly json: boolean
  /** The verb's own options that were given, with their values; empty for one that has none. */
  readonly options: ReadonlyMap<string, string>
  /** All values that each was given, in order: `--set=A=1 --set=B=2`. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}

interface Operand {
  readonly name: string
  readonly required: boolean
  /** Whether there may be more of them; only of the last one. */
  readonly many?: boolean
}

/** One row of the verb table: help, completions and man page are checked against it. */
export interface Verb {
  /** One word, or two where several verbs are about the same: `image build`. */
  readonly name: string
  readonly operand?: Operand
  /** A second one, after that. */
  readonly further?: Operand
  /** And a third. */
  readonly third?: Operand
  readonly summary: string
  readonly options?: readonly Option[]
  /** Whether it is about the running system, and --root is of no use. */
  readonly isLive?: boolean
  /** Returns the exit status. */
  run(call: Call): number
}

export const printJson = (host: Host, value: unknown): void => host.print(`${JSON.stringify(value, null, 2)}\n`)

const COLOURS = { red: 31, green: 32, yellow: 33, grey: 90, bold: 1 } as const

export type Colour = keyof typeof COLOURS

/** Colour for a terminal, and never where $NO_COLOR is set: no-color.org. */
export const paint = (host: Host, colour: Colour, text: string): string =>
  host.isTerminal() && !host.env('NO_COLOR') ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text

/** A problem with its hint below, for people. */
export const problemText = (host: Host, problem: Problem): string => {
  const label = isError(problem) ? paint(host, 'red', 'error') : paint(host, 'yellow', 'warning')
  return [`${label}: ${renderProblem(problem)}`, ...renderHint(problem)].join('\n')
}

/** Rows in columns as wide as they need to be; the last one ends where its text ends. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), 0),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
