import type { Processes } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'

/** What systemctl(1) does for our programs. Bounds in seconds. */

const PATIENCE_QUERY = 60
const PATIENCE_RELOAD = 300

export type Properties = Readonly<Record<string, string>>

/**
 * Properties of all loaded units that match one of the patterns, systemctl(1) `show`. A backslash in a pattern stands for
 * itself, so an escaped unit name is one.
 */
export const showUnits = (
  host: Processes,
  patterns: readonly string[],
  properties: readonly string[],
): readonly Properties[] =>
  mustRun(host, ['systemctl', 'show', `--property=${properties.join(',')}`, '--', ...patterns], PATIENCE_QUERY)
    .split('\n\n')
    .filter((block) => block.trim() !== '')
    .map((block) =>
      Object.fromEntries(
        block
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
    )

/** ActiveState= of a unit that runs, or is on its way. */
export const isUp = ({ ActiveState: state }: Properties): boolean =>
  state === 'active' || state === 'activating' || state === 'reloading'

/** ActiveState= of a unit that runs. */
export const isRunning = (state: string | undefined): boolean => state === 'active' || state === 'reloading'

export const reloadManager = (host: Processes): void => {
  mustRun(host, ['systemctl', 'daemon-reload'], PATIENCE_RELOAD)
}

/** Stops units and waits until they are down, for so many seconds. */
export const stopUnits = (host: Processes, units: readonly string[], seconds: number): void => {
  if (units.length > 0) mustRun(host, ['systemctl', 'stop', '--', ...units], seconds)
}

/** Queues jobs and does not wait: for units that are ordered after the one that asks. */
export const queueJobs = (
  host: Processes,
  verb: 'start' | 'stop' | 'reload-or-restart',
  units: readonly string[],
): void => {
  if (units.length > 0) mustRun(host, ['systemctl', verb, '--no-block', '--', ...units], PATIENCE_QUERY)
}
