import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { matcherOf } from '../systemd/fnmatch.ts'

const LONGEST_NAME = 4096

const readName = (reader: Reader, file: string): string | undefined => {
  const name = orElse(
    () => reader.readFile(file, LONGEST_NAME)?.text.trim(),
    () => undefined,
  )
  return name === '' || name === '(none)' ? undefined : name
}

/** The kernel's host name; in a root without a kernel, the one it would boot with. */
export const readHostName = (reader: Reader): string =>
  readName(reader, '/proc/sys/kernel/hostname') ?? readName(reader, '/etc/hostname') ?? 'localhost'

/** As ConditionHost= has it: letters of either case are the same. */
export const matchesPattern = (pattern: string, name: string): boolean =>
  matcherOf(pattern.toLowerCase())(name.toLowerCase())
