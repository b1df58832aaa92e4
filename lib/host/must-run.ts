import type { Finished, Processes } from './host.ts'
import { HostError } from './host.ts'

/** 127 is that of a shell as well, with its own words. */
const reason = (program: string, { status, stdout, stderr }: Finished): string => {
  const said = stderr.trim() || stdout.trim()
  if (said !== '') return `failed with status ${status}: ${said.split('\n').slice(0, 5).join('; ')}`
  return status === 127
    ? `could not be started, is ${program} installed?`
    : `failed with status ${status}, and said nothing`
}

/** Runs a program that has to succeed; returns its standard output. Throws HostError with what it said. */
export const mustRun = (host: Processes, command: readonly string[], seconds: number): string => {
  const finished = host.run(command, seconds)
  if (finished.status === 0) return finished.stdout
  throw new HostError(command.join(' '), reason(command[0] ?? '', finished))
}
