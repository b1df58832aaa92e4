/**
 * `npm run bench`: the generators on both engines against a plain C program that writes the same, the scripts that they
 * replace, systemd's own and other projects' generators. Whole processes, all in one run, in one root file system. Exit
 * status 1 when a budget is missed.
 */

import { stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { needTools } from '../../build/prerequisites.mjs'
import { type Boot, measureBoots } from './boot.ts'
import { budgetsOf } from './budgets.ts'
import { describeMachine, hasZram, type Runs } from './contenders.ts'
import { buildExecutables, sizes } from './executables.ts'
import { type Measured, measureInside } from './inside.ts'
import { type Many, measureMany } from './many.ts'
import { whyNotCold } from './measure.ts'
import { measureReloads, type Reload } from './reload.ts'
import { counted, type Report, render } from './report.ts'
import { describeRoot } from './root.ts'
import { measureVerification, type Verification } from './verify.ts'

const USAGE = `usage: bench.ts [OPTION…]
  --quick      one tenant, three runs, nothing else, no verdict
  --json       the report as JSON
  --count N    so many tenants, may be repeated; what other counts would tell is not measured
  --no-cold    without runs after dropping caches
  --no-boot    without boots of a machine
  --no-reload  without daemon-reloads of a machine
  --no-many    without starts of many tenants in a machine
  --no-verify  without the verification of a root file system
`

class UsageError extends Error {
  readonly code = 'ERR_PARSE_ARGS_INVALID_COUNT'
}

const say = (line: string): void => {
  stderr.write(`bench: ${line}\n`)
}

const options = () =>
  parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      count: { type: 'string', multiple: true },
      'no-cold': { type: 'boolean', default: false },
      'no-boot': { type: 'boolean', default: false },
      'no-reload': { type: 'boolean', default: false },
      'no-many': { type: 'boolean', default: false },
      'no-verify': { type: 'boolean', default: false },
    },
  }).values

type Options = ReturnType<typeof options>

const COUNTS = [0, 1, 10, 100, 1000, 10000]
const COLD_COUNTS = [0, 1, 100, 1000]
const MACHINE_COUNTS = [0, 1, 1000]

/** Tenants that start at once, and how often. */
const MANY = { tenants: 200, runs: 3 } as const

/** The originals take ten seconds at a thousand tenants, and more than ten times that at ten thousand. */
const runsAt = (tenants: number): Runs => {
  if (tenants > 1000) return { quick: 10, slow: 0 }
  if (tenants > 100) return { quick: 20, slow: 3 }
  return { quick: 40, slow: tenants > 10 ? 5 : 20 }
}

/** Whole boots vary, and a budget of a few milliseconds hangs on those without tenants. */
const bootsAt = (tenants: number): number => (tenants === 0 ? 50 : 10)

const coldRunsAt = (tenants: number): Runs => ({ quick: 7, slow: tenants > 1 ? 0 : 7 })

const warmAt = (tenants: number): Measured => {
  say(`${tenants} tenants`)
  return measureInside({ tenants, runs: runsAt(tenants), cold: false })
}

const coldAt = (tenants: number): Measured => {
  say(`${tenants} tenants, dropped caches`)
  return measureInside({ tenants, runs: coldRunsAt(tenants), cold: true })
}

const countsOf = ({ count }: Options): readonly number[] | undefined => {
  const counts = count?.map(Number)
  const wrong = counts?.find((one) => !Number.isSafeInteger(one) || one < 0)
  if (wrong !== undefined) throw new UsageError()
  return counts
}

const notesOf = (cold: string | undefined, warm: readonly Measured[]): readonly string[] => [
  ...(warm.some(({ tenants }) => tenants > 1000) ? ['bash and jq beyond 1000 tenants: minutes for each run'] : []),
  ...(counted(warm) ? [] : ['instructions: this machine does not count them']),
  ...(hasZram() ? [] : ['zram-generator: this kernel has no zram, so it would write nothing']),
  ...(cold === undefined ? [] : [`dropped caches: ${cold}`]),
]

const manyStarts = (): Promise<Many> => {
  say(`${MANY.tenants} tenants at once`)
  return measureMany(MANY.tenants, MANY.runs)
}

const verifyDebian = (): Verification => {
  say('verification of a root file system')
  return measureVerification(40)
}

const measureAll = async (
  chosen: Options,
  counts: readonly number[] | undefined,
): Promise<Omit<Report, 'machine' | 'root' | 'sizes' | 'budgets'>> => {
  if (chosen.quick) {
    const warm = [measureInside({ tenants: 1, runs: { quick: 3, slow: 3 }, cold: false })]
    return {
      warm,
      cold: [],
      boots: [],
      reloads: [],
      many: undefined,
      verification: undefined,
      notes: notesOf(undefined, warm),
    }
  }
  const warm = (counts ?? COUNTS).map(warmAt)
  const why = chosen['no-cold'] ? undefined : whyNotCold()
  const cold = chosen['no-cold'] || why !== undefined ? [] : (counts ?? COLD_COUNTS).map(coldAt)
  let boots: readonly Boot[] = []
  if (!chosen['no-boot']) {
    say('boots')
    boots = await measureBoots(counts ?? MACHINE_COUNTS, bootsAt)
  }
  let reloads: readonly Reload[] = []
  if (!chosen['no-reload']) {
    say('daemon-reloads')
    reloads = await measureReloads(counts ?? MACHINE_COUNTS, 10)
  }
  const many = chosen['no-many'] || counts !== undefined ? undefined : await manyStarts()
  const verification = chosen['no-verify'] || counts !== undefined ? undefined : verifyDebian()
  return { warm, cold, boots, reloads, many, verification, notes: notesOf(why, warm) }
}

const main = async (): Promise<number> => {
  const chosen = options()
  const counts = countsOf(chosen)
  if (process.getuid?.() !== 0) throw new Error('needs to be root, for mount namespaces and booted machines')
  const machine = describeMachine()
  needTools('unshare')
  await buildExecutables()
  const measured = await measureAll(chosen, counts)
  const found = { ...measured, sizes: sizes() }
  // Three runs decide nothing.
  const budgets = chosen.quick ? [] : budgetsOf(found)
  const report: Report = { machine, root: describeRoot(), ...found, budgets }
  stdout.write(chosen.json ? `${JSON.stringify(report, undefined, 2)}\n` : render(report))
  return budgets.some(({ met }) => met === false) ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  const usage = (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS') === true
  stderr.write(usage ? USAGE : `bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = usage ? 2 : 1
}
