import { ENOENT, reasonOf } from './errno.ts'
import { HostError } from './host.ts'

/** The result of a system call, or what the port throws for it. */
export const check = (path: string, result: number): number => {
  if (result < 0) throw new HostError(path, reasonOf(-result))
  return result
}

/** The same, undefined where there is nothing. */
export const checkThere = (path: string, result: number): number | undefined =>
  result === -ENOENT ? undefined : check(path, result)
