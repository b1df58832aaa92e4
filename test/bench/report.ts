/** Figures for people. */

import type { Boot } from './boot.ts'
import { type Budget, type Found, numberOf } from './budgets.ts'
import type { Measured } from './inside.ts'
import type { Many } from './many.ts'
import type { Timing } from './measure.ts'
import { type ByEngine, ENGINES, type Reload } from './reload.ts'
import type { Verification } from './verify.ts'

export interface Report extends Found {
  /** One line each. */
  readonly machine: string
  readonly root: string
  readonly cold: readonly Measured[]
  /** What was not measured, and why. */
  readonly notes: readonly string[]
  readonly reloads: readonly Reload[]
  readonly budgets: readonly Budget[]
}

const fixed = (value: number | undefined, digits: number): string => (value === undefined ? '-' : value.toFixed(digits))

/** About three figures: 0.42, 4.20, 42.0, 420. */
const threeFigures = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)

type Row = readonly string[]

const table = (rows: readonly Row[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd())
}

/** A row for each who took part at any count, a column for each count. */
const byCount = (
  title: string,
  measured: readonly Measured[],
  value: (timing: Timing) => string,
): readonly string[] => {
  if (measured.length === 0) return []
  const names = [...new Set(measured.flatMap(({ timings }) => timings.map(({ name }) => name)))]
  const rows = names.map((name) => [
    name,
    ...measured.map(({ timings }) => {
      const timing = timings.find((one) => one.name === name)
      return timing === undefined ? '-' : value(timing)
    }),
  ])
  return ['', title, ...table([['tenants', ...measured.map(({ tenants }) => String(tenants))], ...rows])]
}

const engineRow = (tenants: number, by: ByEngine, runs: number): Row => [
  numberOf(tenants),
  ...ENGINES.map((engine) => fixed(by[engine], 1)),
  ...ENGINES.filter((engine) => engine !== 'none').map((engine) => fixed(by[engine] - by.none, 1)),
  String(runs),
]

/** One row for each count: with no generators of ours, with either, and what these add. */
const byEngine = <T extends { readonly tenants: number; readonly runs: number }>(
  title: string,
  rows: readonly T[],
  times: (row: T) => ByEngine,
): readonly string[] => {
  if (rows.length === 0) return []
  const head = ['', 'without', 'native', 'portable', 'native adds', 'portable adds', 'runs']
  return ['', title, ...table([head, ...rows.map((row) => engineRow(row.tenants, times(row), row.runs))])]
}

const bootTables = (boots: readonly Boot[]): readonly string[] => [
  ...byEngine('generator phase of a boot, milliseconds, median', boots, ({ generators }) => generators),
  ...byEngine('the same, a quarter of the boots was faster', boots, ({ quarter }) => quarter),
]

const reloadTables = (reloads: readonly Reload[]): readonly string[] => [
  ...byEngine('systemctl daemon-reload, milliseconds, median', reloads, ({ whole }) => whole),
  ...byEngine('of it in PID 1', reloads, ({ manager }) => manager),
]

const manyTable = (many: Many | undefined): readonly string[] => {
  if (many === undefined) return []
  const { tenants, runs, ours, closed } = many
  const row = (name: string, { took, manager, networkd }: Many['ours']): Row => [
    name,
    fixed(took / 1000, 2),
    fixed(took / tenants, 1),
    fixed(manager / tenants, 1),
    fixed(networkd / tenants, 1),
    String(runs),
  ]
  const head = ['', 'seconds', 'ms each', 'KiB of PID 1 each', 'KiB of networkd each', 'runs']
  const title = `${numberOf(tenants)} without machines started at once, until systemd has nothing left to do, median`
  return ['', title, ...table([head, row('tenants', ours), row('closed services', closed)])]
}

const verificationTable = (found: Verification | undefined): readonly string[] => {
  if (found === undefined) return []
  const rows = [found.native, found.portable, found.find].map(({ name, median, quarter, memory, runs }) => [
    name,
    threeFigures(median),
    threeFigures(quarter),
    threeFigures(memory / 1024),
    String(runs),
  ])
  const title = `bitbuilder verify of a Debian with ${found.entries} files and directories, warm: milliseconds`
  return ['', title, ...table([['', 'median', 'quarter', 'MiB', 'runs'], ...rows])]
}

const budgetLine = ({ what, limit, found, met }: Budget): string => {
  const verdict = found === undefined ? 'not measured' : met === undefined ? '' : met ? 'met' : 'MISSED'
  return `  ${verdict.padEnd(12)}  ${what}${limit === undefined ? '' : ` ${limit}`}: ${fixed(found, 3)}`
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Runs of who runs most and of who runs least often, at each count. */
const runs = (measured: readonly Measured[]): string =>
  measured
    .map(({ tenants, timings }) => {
      const counts = timings.map((timing) => timing.runs)
      const [least, most] = [Math.min(...counts), Math.max(...counts)]
      return `${least === most ? most : `${most} (${least})`} at ${tenants}`
    })
    .join(', ')

/** Whether this machine counts instructions. */
export const counted = (measured: readonly Measured[]): boolean =>
  measured.some(({ timings }) => timings.some(({ instructions }) => instructions > 0))

const warmTables = (warm: readonly Measured[]): readonly string[] => [
  ...byCount('warm: milliseconds, median', warm, ({ median }) => threeFigures(median)),
  ...(warm.length === 0 ? [] : [`  runs (of the originals): ${runs(warm)}`]),
  ...byCount('warm: milliseconds, a quarter of the runs was faster', warm, ({ quarter }) => threeFigures(quarter)),
  ...byCount('peak memory, MiB', warm, ({ memory }) => threeFigures(memory / 1024)),
  ...(counted(warm)
    ? byCount('instructions in user mode, millions', warm, ({ instructions }) => threeFigures(instructions / 1e6))
    : []),
]

const coldTables = (cold: readonly Measured[]): readonly string[] =>
  cold.length === 0
    ? []
    : [
        ...byCount('dropped caches: milliseconds, median', cold, ({ median }) => threeFigures(median)),
        `  runs: ${runs(cold)}. Before each: sync, and page cache, dentries and inodes dropped. Programs, libraries,`,
        '  registry and tenants lie on disk, what is written on a tmpfs.',
      ]

/** Of both generators together. */
const alikeLine = (warm: readonly Measured[]): string => {
  const counts = warm.map(({ tenants, alike: [one = 0, other = 0] }) => `${one + other} at ${tenants}`)
  return `the same files by native, portable and plain C, compared: ${counts.join(', ')}`
}

/** The whole report as plain text. */
export const render = ({
  machine,
  root,
  sizes,
  warm,
  cold,
  notes,
  boots,
  reloads,
  many,
  verification,
  budgets,
}: Report): string =>
  [
    machine,
    root,
    `executables: ${Object.entries(sizes)
      .map(([name, size]) => `${name} ${megabytes(size)}`)
      .join(', ')}`,
    ...(warm.length === 0 ? [] : [alikeLine(warm)]),
    ...warmTables(warm),
    ...coldTables(cold),
    ...bootTables(boots),
    ...reloadTables(reloads),
    ...manyTable(many),
    ...verificationTable(verification),
    ...(notes.length === 0 ? [] : ['', 'left out', ...notes.map((note) => `  ${note}`)]),
    ...(budgets.length === 0
      ? []
      : ['', 'budgets, of times the one that a quarter of the runs stayed below', ...budgets.map(budgetLine)]),
    '',
  ].join('\n')
