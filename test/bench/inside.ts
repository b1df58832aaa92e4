/** One measurement: everybody on a host of so many tenants, in the root file system of the bench, in a process of its own. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { env, execPath, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { fieldAt, type Runs } from './contenders.ts'
import { inProject } from './executables.ts'
import { measure, type Timing } from './measure.ts'
import { ensureRoot } from './root.ts'
import { expectSame } from './same.ts'
import { hostOf, plant, quadletsOf } from './tree.ts'

/** What is asked for. */
export interface Job {
  readonly tenants: number
  readonly runs: Runs
  /** Everything that is read lies on disk, and nothing of it is left in memory when a run starts. */
  readonly cold: boolean
}

export interface Measured extends Job {
  readonly timings: readonly Timing[]
  /** How many files, links and directories the native, the portable and the C program have written, all three the same. */
  readonly alike: readonly number[]
}

/** Set for the process inside, to its job. */
const INSIDE = 'BENCH_JOB'

const HERE = fileURLToPath(import.meta.url)

/** Throws with what went wrong inside. */
export const measureInside = (job: Job): Measured => {
  const root = ensureRoot()
  const disk = job.cold ? mkdtempSync(`${dirname(root)}/bench-`) : ''
  try {
    const script = [fileURLToPath(new URL('inside.sh', import.meta.url)), root, inProject('.'), execPath, disk, HERE]
    const finished = spawnSync('unshare', ['-m', '--propagation', 'private', ...script], {
      env: { ...env, [INSIDE]: JSON.stringify(job) },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    })
    if (finished.status !== 0) throw new Error(`at ${job.tenants} tenants: ${finished.status ?? finished.signal}`)
    return JSON.parse(finished.stdout) as Measured
  } finally {
    if (disk !== '') rmSync(disk, { recursive: true, force: true })
  }
}

const inside = (job: Job): Measured => {
  plant(new Map([...hostOf(job.tenants), ...quadletsOf(job.tenants)]))
  const { contenders, alike } = fieldAt(job.tenants, job.runs)
  return { ...job, alike: alike.map(expectSame), timings: measure(contenders, job.cold) }
}

const job = env[INSIDE]
if (job !== undefined) stdout.write(JSON.stringify(inside(JSON.parse(job) as Job)))
