/** Figures for people, and what was promised against what is. */

import { EMPTY_NAME, OURS, original } from './contenders.ts'
import type { Timing } from './measure.ts'
import type { Reload } from './reload.ts'

export interface AtCount {
  readonly tenants: number
  readonly timings: readonly Timing[]
}

export interface Budget {
  readonly what: string
  readonly limit: number
  /** Undefined when this run did not measure it. */
  readonly found: number | undefined
  readonly met: boolean | undefined
}

export interface Report {
  readonly machine: string
  /** Bytes. */
  readonly size: number
  readonly emptySize: number
  readonly counts: readonly AtCount[]
  readonly reloads: readonly Reload[]
  readonly budgets: readonly Budget[]
}

const medianOf = (counts: readonly AtCount[], tenants: number, name: string): number | undefined =>
  counts.find((one) => one.tenants === tenants)?.timings.find((timing) => timing.name === name)?.median

/** The quotient of two medians at a count. */
const ratio = (counts: readonly AtCount[], tenants: number, above: string, below: string): number | undefined => {
  const [numerator, denominator] = [medianOf(counts, tenants, above), medianOf(counts, tenants, below)]
  return numerator === undefined || denominator === undefined ? undefined : numerator / denominator
}

const isMet = (found: number | undefined, holds: (value: number) => boolean): boolean | undefined =>
  found === undefined ? undefined : holds(found)

/** At 1000 tenants a hundred times the originals; at one within 30 % of the engine itself. */
export const budgetsOf = (counts: readonly AtCount[]): readonly Budget[] =>
  OURS.flatMap((name): readonly Budget[] => {
    const faster = ratio(counts, 1000, original(name), name)
    const over = ratio(counts, 1, name, EMPTY_NAME)
    return [
      {
        what: `${name}: times faster than the original at 1000 tenants, at least`,
        limit: 100,
        found: faster,
        met: isMet(faster, (value) => value >= 100),
      },
      {
        what: `${name}: times an empty script at 1 tenant, at most`,
        limit: 1.3,
        found: over,
        met: isMet(over, (value) => value <= 1.3),
      },
    ]
  })

const fixed = (value: number | undefined, digits: number): string => (value === undefined ? '-' : value.toFixed(digits))

const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd())
}

const timingRows = ({ timings }: AtCount): readonly (readonly string[])[] => {
  const against = (name: string, { median }: Timing): string => {
    const ours = timings.find((timing) => timing.name === name)?.median
    return ours === undefined ? '-' : (median / ours).toFixed(2)
  }
  return [
    ['milliseconds', 'median', 'min', 'max', 'runs', 'peak MiB', 'to tenant-gen.', 'to mount-gen.'],
    ...timings.map((timing) => [
      timing.name,
      fixed(timing.median, 2),
      fixed(timing.min, 2),
      fixed(timing.max, 2),
      String(timing.runs),
      fixed(timing.memory === undefined ? undefined : timing.memory / 1024, 1),
      ...OURS.map((name) => against(name, timing)),
    ]),
  ]
}

const reloadRows = (reloads: readonly Reload[]): readonly (readonly string[])[] => [
  ['milliseconds, medians', 'reload with', 'without', 'adds', 'generators with', 'without', 'adds', 'runs'],
  ...reloads.map(({ tenants, runs, whole, generators }) => [
    `${tenants} tenants`,
    ...[whole, generators].flatMap(({ having, lacking }) => [
      fixed(having, 1),
      fixed(lacking, 1),
      fixed(having - lacking, 1),
    ]),
    String(runs),
  ]),
]

const budgetLine = ({ what, limit, found, met }: Budget): string => {
  const verdict = met === undefined ? 'not measured' : met ? 'met' : 'MISSED'
  return `  ${verdict.padEnd(12)}  ${what} ${limit}: ${fixed(found, 2)}`
}

const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** The whole report as plain text. The columns on the right: a row's median divided by that of ours. */
export const render = ({ machine, size, emptySize, counts, reloads, budgets }: Report): string =>
  [
    machine,
    `executable ${mega(size)}, with an empty script ${mega(emptySize)}`,
    ...counts.flatMap((one) => ['', `${one.tenants} tenants`, ...table(timingRows(one))]),
    ...(reloads.length === 0 ? [] : ['', 'daemon-reload in a booted machine', ...table(reloadRows(reloads))]),
    '',
    'budgets',
    ...budgets.map(budgetLine),
    '',
  ].join('\n')
