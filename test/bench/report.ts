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
  /** Undefined for what is only told. */
  readonly limit: number | undefined
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

const sum = (values: readonly (number | undefined)[]): number | undefined =>
  values.reduce<number | undefined>(
    (total, value) => (total === undefined || value === undefined ? undefined : total + value),
    0,
  )

/** How much faster both of ours together are than both originals together. */
const timesFaster = (counts: readonly AtCount[], tenants: number): number | undefined => {
  const theirs = sum(OURS.map((name) => medianOf(counts, tenants, original(name))))
  const ours = sum(OURS.map((name) => medianOf(counts, tenants, name)))
  return theirs === undefined || ours === undefined ? undefined : theirs / ours
}

const atMost = (what: string, limit: number, found: number | undefined): Budget => ({
  what,
  limit,
  found,
  met: found === undefined ? undefined : found <= limit,
})

/** At 1000 tenants the two a hundred times as fast as the two originals; at one each within 30 % of the engine itself. */
export const budgetsOf = (counts: readonly AtCount[]): readonly Budget[] => {
  const faster = timesFaster(counts, 1000)
  return [
    {
      what: 'both generators: times faster than both originals at 1000 tenants, at least',
      limit: 100,
      found: faster,
      met: faster === undefined ? undefined : faster >= 100,
    },
    ...OURS.map((name) => ({
      what: `${name}: times faster than its original at 1000 tenants`,
      limit: undefined,
      found: ratio(counts, 1000, original(name), name),
      met: undefined,
    })),
    ...OURS.map((name) =>
      atMost(`${name}: times an empty script at 1 tenant, at most`, 1.3, ratio(counts, 1, name, EMPTY_NAME)),
    ),
  ]
}

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
  ['milliseconds, medians', 'reload with', 'without', 'adds', 'in PID 1 with', 'without', 'adds', 'runs'],
  ...reloads.map(({ tenants, runs, whole, manager }) => [
    `${tenants} tenants`,
    ...[whole, manager].flatMap(({ having, lacking }) => [
      fixed(having, 1),
      fixed(lacking, 1),
      fixed(having - lacking, 1),
    ]),
    String(runs),
  ]),
]

const budgetLine = ({ what, limit, found, met }: Budget): string => {
  const verdict = found === undefined ? 'not measured' : met === undefined ? '' : met ? 'met' : 'MISSED'
  return `  ${verdict.padEnd(12)}  ${what}${limit === undefined ? '' : ` ${limit}`}: ${fixed(found, 2)}`
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
