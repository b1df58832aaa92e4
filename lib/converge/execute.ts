import type { Host } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { healthTimer, isMachineUnit, tenantService } from '../layout/names.ts'
import { GENERATOR_DIR, RELOAD_LOCK, RUNTIME_DIR } from '../layout/paths.ts'
import { wantedTree } from '../machine/fingerprint.ts'
import { infraPlace } from '../machine/place.ts'
import { convergeTree } from '../machine/tree.ts'
import { reloadManager } from '../program/systemctl.ts'
import { findOutdated } from './actual.ts'
import type { Convergence } from './converge.ts'
import { type Step, stepWords } from './step.ts'

/** Seconds. */
const PATIENCE_LOCK = 300
const PATIENCE_QUEUE = 60
const PATIENCE_JOB = 600

/**
 * How systemctl(1) is asked. Everything here runs inside a job of tenant@ itself, so it cannot wait for what is ordered
 * after tenant@: machines and timers are queued, and start when that job has ended. A stop goes before any start, whatever
 * the order, and can be waited for.
 *
 * tenant@ requires its overlays and what they are made of: stopping one of them would stop the tenant, and us with it.
 * Without requirements systemd does to the one unit what is asked, in order still.
 */
const manner = (id: string, { do: action, unit = '' }: Step): readonly string[] => {
  const isAfter = isMachineUnit(unit) || unit === healthTimer(id)
  if (unit === tenantService(id) || (isAfter && action !== 'stop')) return ['--no-block']
  const isApart = (action === 'stop' && !isMachineUnit(unit)) || action === 'restart'
  return isApart ? ['--job-mode=ignore-requirements'] : []
}

/** One reload for all tenants that wait for one: who gets the lock looks again first. */
export const reloadTogether = (host: Host, outdated: () => string | undefined): void => {
  host.makeDir(RUNTIME_DIR)
  host.withLock(RELOAD_LOCK, PATIENCE_LOCK, () => {
    if (outdated() !== undefined) reloadManager(host)
  })
}

const reload = (host: Host, id: string, { files }: Convergence): void => {
  reloadTogether(host, () => findOutdated(host, id, files))
  const left = findOutdated(host, id, files)
  if (left === undefined) return
  // Another reload would not help.
  throw new HostError(`${GENERATOR_DIR}/${left}`, 'even after a daemon-reload: journalctl --dmesg, bitbuilder verify')
}

/**
 * We are part of a reload of that service: a stop now would end it half done, by a signal, and without what it does to
 * stop. A job ordered after it has to wait until we have ended.
 */
const stopAfterwards = (host: Host, id: string): void => {
  const service = tenantService(id)
  const later = ['--quiet', '--no-block', '--collect', '--service-type=oneshot', `--property=After=${service}`]
  mustRun(host, ['systemd-run', ...later, '--', 'systemctl', 'stop', '--', service], PATIENCE_QUEUE)
}

/** Neighbours that are to be done alike, so that systemd does them at once. */
const grouped = (id: string, steps: readonly Step[]): readonly (readonly Step[])[] => {
  const groups: Step[][] = []
  const key = (step: Step | undefined): string =>
    step === undefined ? '' : [step.do, ...manner(id, step), step.unit?.endsWith('.mount'), step.mayFail].join(' ')
  for (const step of steps) {
    const last = groups.at(-1)
    if (last !== undefined && key(last[0]) === key(step)) last.push(step)
    else groups.push([step])
  }
  return groups
}

const perform = (host: Host, id: string, convergence: Convergence, group: readonly Step[]): void => {
  const [first] = group as readonly [Step]
  for (const step of group) host.log('info', `${stepWords(step).join(' ')}: ${step.why}`)
  const units = group.map(({ unit = '' }) => unit)
  if (first.do === 'daemon-reload') reload(host, id, convergence)
  else if (first.do === 'renew') convergeTree(host, infraPlace(id), wantedTree(host, infraPlace(id)))
  else if (first.do === 'stop' && units.includes(tenantService(id))) stopAfterwards(host, id)
  else {
    const how = manner(id, first)
    const patience = how.includes('--no-block') ? PATIENCE_QUEUE : PATIENCE_JOB
    const command = ['systemctl', first.do, ...how, '--', ...units]
    if (first.mayFail === true)
      orElse<unknown>(
        () => mustRun(host, command, patience),
        ({ message }) => host.log('error', message),
      )
    else mustRun(host, command, patience)
  }
}

/** Machines that were only out of the way: whatever became of what was done meanwhile, they ran before. */
const startsAgain = (steps: readonly Step[], done: number): readonly Step[] => {
  const stopped = new Set(steps.slice(0, done).flatMap((step) => (step.do === 'stop' ? [step.unit] : [])))
  return steps
    .slice(done)
    .filter(({ do: action, unit = '' }) => action === 'start' && isMachineUnit(unit) && stopped.has(unit))
}

/** Does exactly what the list says, in its order, and says each step. Throws HostError at the first that fails. */
export const execute = (host: Host, id: string, convergence: Convergence): void => {
  const { steps } = convergence
  let done = 0
  try {
    for (const group of grouped(id, steps)) {
      perform(host, id, convergence, group)
      done += group.length
    }
  } catch (thrown) {
    const again = startsAgain(steps, done)
    if (again.length > 0) perform(host, id, convergence, again)
    throw thrown
  }
}
