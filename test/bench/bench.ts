/**
 * `npm run bench`: the packed generators against the scripts that they replace, against systemd's own, and against their
 * engine with nothing to do. Whole processes, all in one run, in a mount namespace of their own with everything on tmpfs.
 * Exit status 1 when a budget is missed.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { argv, env, execPath, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { needTools } from '../../build/prerequisites.mjs'
import { contendersAt, describeMachine, EXECUTABLE } from './contenders.ts'
import { buildEmpty, EMPTY } from './empty.ts'
import { measure, type Timing } from './measure.ts'
import { measureReloads, type Reload } from './reload.ts'
import { type AtCount, budgetsOf, type Report, render } from './report.ts'
import { hostOf, plant } from './tree.ts'

const USAGE = `usage: bench.ts [--quick] [--json] [--no-reload]
  --quick      one tenant, three runs, no daemon-reload, no verdict
  --json       the report as JSON
  --no-reload  without the booted machine
`

/** Set for the part that runs inside the namespace, to the number of tenants that it measures. */
const INSIDE = 'BENCH_TENANTS'

const say = (line: string): void => {
  stderr.write(`bench: ${line}\n`)
}

/** Places where a registry may lie besides /var/lib: whatever this machine has there is not part of the bench. */
const ELSEWHERE = ['/etc/bitbuilder', '/run/bitbuilder', '/usr/lib/bitbuilder/tenants.d']

/** All contenders read these very paths, so they get a /var/lib of their own; it ends with the namespace. */
const prepareNamespace = (): void => {
  for (const path of ['/var/lib', ...ELSEWHERE.filter((one) => existsSync(one))]) {
    const { status, stderr: why } = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', path], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`cannot mount a tmpfs on ${path}: ${why}`)
  }
  for (const dir of ['/var/lib/bitbuilder', '/var/lib/tenants']) mkdirSync(dir)
}

const inside = (tenants: number, quick: boolean): void => {
  prepareNamespace()
  plant(hostOf(tenants))
  stdout.write(JSON.stringify(measure(contendersAt(tenants, quick))))
}

const measureAt = (tenants: number): AtCount => {
  say(`${tenants} tenants`)
  const command = ['-m', '--propagation', 'private', execPath, ...argv.slice(1)]
  const finished = spawnSync('unshare', command, {
    env: { ...env, [INSIDE]: String(tenants) },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  if (finished.status !== 0) throw new Error(`at ${tenants} tenants: exit status ${finished.status ?? finished.signal}`)
  return { tenants, timings: JSON.parse(finished.stdout) as Timing[] }
}

const measureAll = async (quick: boolean, reload: boolean): Promise<Report> => {
  if (!existsSync(EXECUTABLE)) throw new Error("there is no dist/bitbuilder, run 'node build.mjs build'")
  await buildEmpty()
  const counts = (quick ? [1] : [0, 1, 10, 100, 1000]).map(measureAt)
  let reloads: readonly Reload[] = []
  if (reload && !quick) {
    say('daemon-reload')
    reloads = await measureReloads([0, 1, 100, 1000], 10)
  }
  return {
    machine: describeMachine(),
    size: statSync(EXECUTABLE).size,
    emptySize: statSync(EMPTY).size,
    counts,
    reloads,
    // Three runs decide nothing.
    budgets: budgetsOf(quick ? [] : counts),
  }
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, 'no-reload': { type: 'boolean' } },
  })
  const quick = values.quick === true
  const tenants = env[INSIDE]
  if (tenants !== undefined) {
    inside(Number(tenants), quick)
    return 0
  }
  if (process.getuid?.() !== 0) throw new Error('needs to be root, for a mount namespace and a booted machine')
  needTools('jq', 'unshare')
  const report = await measureAll(quick, values['no-reload'] !== true)
  stdout.write(values.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : render(report))
  return report.budgets.some(({ met }) => met === false) ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  const usage = (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS') === true
  stderr.write(usage ? USAGE : `bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = usage ? 2 : 1
}
