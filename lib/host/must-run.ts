import type { Processes } from './host.ts'
import { HostError } from './host.ts'

/** Runs a program that has to succeed; returns its standard output. Throws HostError with what it said. */
export const mustRun = (host: Processes, command: readonly string[], seconds: number): string => {
  const { status, stdout, stderr } = host.run(command, seconds)
  if (status === 0) return stdout
  const said = stderr.trim() || stdout.trim() || 'and said nothing'
  throw new HostError(command.join(' '), `failed with status ${status}: ${said.split('\n').slice(0, 5).join('; ')}`)
}
