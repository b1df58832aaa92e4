import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'

const LONGEST_NAME = 4096

const readName = (reader: Reader, file: string): string | undefined => {
  try {
    const name = reader.readFile(file, LONGEST_NAME)?.text.trim()
    return name === '' || name === '(none)' ? undefined : name
  } catch (thrown) {
    if (thrown instanceof HostError) return undefined
    throw thrown
  }
}

/** The kernel's host name; in a root without a kernel, the one it would boot with. */
export const readHostName = (reader: Reader): string =>
  readName(reader, '/proc/sys/kernel/hostname') ?? readName(reader, '/etc/hostname') ?? 'localhost'

/** fnmatch(3) as ConditionHost= uses it: `*`, `?`, `[a-z]`, `[!x]`; letters of either case are the same. */
export const matchesPattern = (pattern: string, name: string): boolean => {
  const source = pattern.replace(/\[!?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (part.length > 1)
      return `[${part.startsWith('[!') ? '^' : ''}${part.slice(part.startsWith('[!') ? 2 : 1, -1).replace(/[\\^[]/g, '\\$&')}]`
    return part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  })
  try {
    return new RegExp(`^${source}$`, 'i').test(name)
  } catch {
    return false
  }
}
