import type { Reader } from './host.ts'
import { HostError } from './host.ts'

/** Throws HostError when there is something else in a directory's place, a link to one included. */
export const requireDirectory = (reader: Reader, path: string): void => {
  const there = reader.stat(path)
  if (there === undefined || there.kind === 'directory') return
  throw new HostError(path, `is a ${there.kind}, expected a directory`)
}
