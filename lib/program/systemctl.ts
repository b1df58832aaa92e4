import type { Processes } from '../host/host.ts'
import { mustRun } from './must-run.ts'

/** What systemctl(1) does for our programs. Bounds in seconds. */

const PATIENCE_QUERY = 60
const PATIENCE_RELOAD = 300
const PATIENCE_START = 600

/** A unit name as a pattern that matches it alone: a glob takes `\\` for an escape, and escaped names are full of them. */
export const asPattern = (name: string): string => name.replaceAll('\\', '\\\\')

/** Names of loaded units that match a pattern and are in one of these states, systemctl(1) `list-units`. */
export const listUnits = (
  host: Processes,
  patterns: readonly string[],
  states: readonly string[],
): readonly string[] => {
  const out = mustRun(
    host,
    [
      'systemctl',
      'list-units',
      '--all',
      '--plain',
      '--no-legend',
      '--full',
      `--state=${states.join(',')}`,
      '--',
      ...patterns,
    ],
    PATIENCE_QUERY,
  )
  return out
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((name) => name !== '')
}

export const reloadManager = (host: Processes): void => {
  mustRun(host, ['systemctl', 'daemon-reload'], PATIENCE_RELOAD)
}

/** Starts units and waits until they are up. */
export const startUnits = (host: Processes, units: readonly string[]): void => {
  if (units.length > 0) mustRun(host, ['systemctl', 'start', '--', ...units], PATIENCE_START)
}

/** Queues jobs and does not wait: for units that are ordered after the one that asks. */
export const queueJobs = (host: Processes, verb: 'start' | 'stop', units: readonly string[]): void => {
  if (units.length > 0) mustRun(host, ['systemctl', verb, '--no-block', '--', ...units], PATIENCE_QUERY)
}
