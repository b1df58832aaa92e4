/** The usual ways of looking whether something is there. */

import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import type { Check, Finding } from './check.ts'

/** Seconds. */
const PATIENCE = 30

/** The status where a program could not be started. */
const NOT_THERE = 127

export const ok = (detail: string): Finding => ({ state: 'ok', detail })
export const worse = (detail: string, hint: string): Finding => ({ state: 'worse', detail, hint })
export const missing = (detail: string, hint?: string): Finding =>
  hint === undefined ? { state: 'missing', detail } : { state: 'missing', detail, hint }

/** Standard output of a command; undefined when it fails or is not there. */
export const ask = (host: Host, ...command: readonly string[]): string | undefined => {
  const { status, stdout } = host.run(command, PATIENCE)
  return status === 0 ? stdout.trim() : undefined
}

export const kindAt = (host: Host, path: string) =>
  orElse(
    () => host.stat(path)?.kind,
    () => undefined,
  )

export const textOf = (host: Host, path: string): string =>
  orElse(
    () => host.readFile(path, 1 << 20)?.text ?? '',
    () => '',
  )

/** `wg --version`; its first line is the detail. */
export const program =
  (name: string, option = '--version'): Check['look'] =>
  ({ host }) => {
    const { status, stdout, stderr } = host.run([name, option], PATIENCE)
    if (status === NOT_THERE) return missing(`there is no ${name}`)
    return ok((stdout.trim() || stderr.trim()).split('\n')[0] ?? '')
  }

/** A program in one of several places, none of which need be in the search path. */
export const programAt =
  (...paths: readonly string[]): Check['look'] =>
  ({ host }) => {
    const found = paths.find((path) => kindAt(host, path) !== undefined)
    return found === undefined ? missing(`there is no ${paths[0]}`) : ok(found)
  }

/** In the kernel already, or a module that can be loaded. */
const hasModule = (host: Host, module: string): boolean =>
  kindAt(host, `/sys/module/${module}`) !== undefined ||
  ask(host, 'modprobe', '--dry-run', '--quiet', module) !== undefined

/**
 * An interface of a type can be made. What is built into a kernel need not show anywhere, so where no module is found it is
 * tried by a line of sh, in a network namespace that ends with the trial.
 */
export const linkType =
  (of: string, trial: string): Check['look'] =>
  ({ host }) =>
    hasModule(host, of) || ask(host, 'unshare', '--net', 'sh', '-c', trial) !== undefined
      ? ok(`the kernel has ${of}`)
      : missing(`the kernel has no ${of}`, 'a kernel that has it')

/** proc_filesystems(5) */
export const fileSystem =
  (type: string): Check['look'] =>
  ({ host }) =>
    textOf(host, '/proc/filesystems')
      .split('\n')
      .some((line) => line.split('\t').at(-1) === type) || hasModule(host, type)
      ? ok(`the kernel has ${type}`)
      : missing(`the kernel has no ${type}`, 'a kernel that has it')

/** Of the kernel, without which images that are protected cannot be mounted. */
export const kernelModule =
  (module: string, words: string): Check['look'] =>
  ({ host }) =>
    hasModule(host, module)
      ? ok(`the kernel has ${words}`)
      : missing(`the kernel has no ${words}`, 'a kernel that has it')

export const device =
  (path: string, of: string): Check['look'] =>
  ({ host }) => {
    if (kindAt(host, path) === 'device') return ok(path)
    return hasModule(host, of) ? ok(`module ${of}`) : missing(`there is no ${path}`, `modprobe ${of}`)
  }

/** Both, the first that is missing told. */
export const both =
  (one: Check['look'], other: Check['look']): Check['look'] =>
  (context) => {
    const found = one(context)
    return found.state === 'ok' ? other(context) : found
  }
