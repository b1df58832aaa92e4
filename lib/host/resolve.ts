import type { Reader, Stat, TextFile } from './host.ts'
import { HostError } from './host.ts'
import { MOST_LINKS } from './locate.ts'

export interface Resolved {
  /** No component of it below the base is a link. */
  readonly path: string
  readonly stat: Stat
}

/**
 * Follows `relative` below `base` as if `base` were the root of the file system, without ever leaving it: a link that
 * is absolute or climbs above `base` throws. Undefined where there is nothing. `base` itself is trusted.
 */
export const resolveInside = (
  reader: Pick<Reader, 'stat' | 'readLink'>,
  base: string,
  relative: string,
): Resolved | undefined => {
  const pending = relative.split('/').reverse()
  const done: string[] = []
  let links = 0

  while (pending.length > 0) {
    const name = pending.pop() as string
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (done.pop() === undefined) throw new HostError(`${base}/${relative}`, `leads out of ${base}`)
      continue
    }
    const path = [base, ...done, name].join('/')
    const stat = reader.stat(path)
    if (stat === undefined) return undefined
    if (stat.kind !== 'link') {
      done.push(name)
      continue
    }
    links += 1
    if (links > MOST_LINKS) throw new HostError(`${base}/${relative}`, 'has too many links')
    const target = reader.readLink(path)
    if (target.startsWith('/')) throw new HostError(path, `is a link that leads out of ${base}`)
    pending.push(...target.split('/').reverse())
  }
  const path = [base, ...done].join('/')
  // The last component looked at need not be the last of the result: 'a/..' ends at its parent.
  const found = reader.stat(path)
  return found === undefined ? undefined : { path, stat: found }
}

/** `Reader.readFileInside` for any host. */
export const readFileInside = (
  reader: Pick<Reader, 'stat' | 'readLink' | 'readFile'>,
  base: string,
  relative: string,
  limit: number,
): TextFile | undefined => {
  const found = resolveInside(reader, base, relative)
  return found === undefined ? undefined : reader.readFile(found.path, limit)
}
