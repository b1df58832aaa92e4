import type { Finished, Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'

/**
 * What reads packs from a server is not root: a hole in its parser must not be one of the host. The user owns nothing but
 * `/var/lib/tenants/ID/git`, and of those the unit shows it one.
 */
export const GIT_USER = 'bitbuilder-git'

const PATIENCE = 60

export interface Bounds {
  readonly seconds: number
  /** No file may become larger, RLIMIT_FSIZE. */
  readonly bytes: number
}

/** Larger than anything that a program of ours writes without being told how much it may. */
export const SMALL: Bounds = { seconds: PATIENCE, bytes: 64 << 20 }

/** Seconds after SIGTERM, or beyond what timeout(1) was told, before SIGKILL. */
const GRACE = 5

/** Nothing of our environment; timeout(1) ends what the command started as well. */
const confined = (
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  { seconds }: Bounds,
): readonly string[] => [
  ...['env', '--ignore-environment', '--chdir=/', 'PATH=/usr/bin:/bin', 'LC_ALL=C.UTF-8'],
  ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
  ...['timeout', `--kill-after=${GRACE}`, String(Math.ceil(seconds)), ...command],
]

const limited = ({ bytes }: Bounds): readonly string[] => ['prlimit', '--core=0', `--fsize=${Math.floor(bytes)}`, '--']

/** How a command is run: with so much of the environment, and within these bounds. */
export type Run = (
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  bounds: Bounds,
) => readonly string[]

/** A command run as that user. */
export const asUser: Run = (command, environment, bounds) => [
  ...limited(bounds),
  ...['setpriv', `--reuid=${GIT_USER}`, `--regid=${GIT_USER}`, '--clear-groups', '--no-new-privs', '--inh-caps=-all'],
  ...['--', ...confined(command, environment, bounds)],
]

/** By somebody who is not root anyway. */
export const asOneself: Run = (command, environment, bounds) => [
  ...limited(bounds),
  ...confined(command, environment, bounds),
]

/** Only for commands of a minute at most, that write little. */
export const runAsUser = (host: Host, command: readonly string[]): Finished =>
  host.run(asUser(command, {}, SMALL), SMALL.seconds + 2 * GRACE)

/** With time for timeout(1) to do its work. */
export const patienceFor = ({ seconds }: Bounds): number => seconds + 2 * GRACE

/** Throws HostError when there is no such user. */
export const gitUid = (host: Host): number => Number(mustRun(host, ['id', '--user', GIT_USER], PATIENCE).trim())

/** Hands a directory that we made over to that user. */
export const giveToUser = (host: Host, path: string): void => {
  mustRun(host, ['chown', '--no-dereference', `${GIT_USER}:${GIT_USER}`, '--', path], PATIENCE)
}

/** Lets that user, and nobody else, read a directory of ours with all in it. */
export const letUserRead = (host: Host, path: string): void => {
  mustRun(host, ['chgrp', '--recursive', '--no-dereference', GIT_USER, '--', path], PATIENCE)
  mustRun(host, ['chmod', '--recursive', 'u=rwX,g=rX,o=', '--', path], PATIENCE)
}
