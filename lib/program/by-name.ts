import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { Main } from './main.ts'

const message = (thrown: unknown): string => {
  if (thrown instanceof HostError) return thrown.message
  return thrown instanceof Error ? `internal error: ${thrown.message}` : String(thrown)
}

/**
 * Runs the program whose name this one was called by. Called by any other name it takes a program's name as first
 * argument, and `bitbuilder` when that is none either. The only place where a failure becomes an exit status.
 */
export const runByName = (host: Host, args: readonly string[], programs: Readonly<Record<string, Main>>): number => {
  const named = host.calledAs !== 'bitbuilder' && Object.hasOwn(programs, host.calledAs)
  const [first = '', ...rest] = args
  const inner = !named && first !== 'bitbuilder' && Object.hasOwn(programs, first)
  const name = named ? host.calledAs : inner ? first : 'bitbuilder'
  const program = programs[name]
  try {
    return program === undefined ? 2 : program(host, inner ? rest : args)
  } catch (thrown) {
    host.log('error', `${name}: ${message(thrown)}`)
    return 1
  }
}
