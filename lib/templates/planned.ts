import { MOST_LINKS } from '../host/locate.ts'

/** What an instance is going to be, before anything of it is written. Paths are relative, parents have no slash at their end. */

export type Planned =
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly target: string }
  /** A copy of the file at `source`, an absolute path of the host without links. `mode` 0o644 or 0o755. `size` in bytes. */
  | { readonly kind: 'file'; readonly source: string; readonly mode: number; readonly size: number }
  | { readonly kind: 'text'; readonly text: string; readonly mode: number }

export interface Plan {
  readonly entries: ReadonlyMap<string, Planned>
  /** Of all files together, in bytes. */
  readonly size: number
  /**
   * Puts something at a path in the directory `top`, where links are followed as after chroot(2) into it; directories on the
   * way are made. What is there already stays, unless `replaces`. A string is why it cannot be.
   */
  put(top: string, path: string, entry: Planned, replaces?: boolean): string | undefined
  /** Where a path in `top` leads, links at the end followed as well. Undefined where there is nothing, or a loop. */
  find(top: string, path: string): string | undefined
}

const join = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/')

const splitLast = (path: string): readonly [string, string] => {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

const sizeOf = (entry: Planned | undefined): number => {
  if (entry?.kind === 'file') return entry.size
  return entry?.kind === 'text' ? entry.text.length : 0
}

export const newPlan = (): Plan => {
  const entries = new Map<string, Planned>()
  let size = 0

  const set = (path: string, entry: Planned): void => {
    size += sizeOf(entry) - sizeOf(entries.get(path))
    entries.set(path, entry)
  }

  /** The real path below `top`; what is not there yet is taken for directories. Undefined for a loop, or a file on the way. */
  const follow = (top: string, path: string): string | undefined => {
    const pending = path.split('/').reverse()
    const done: string[] = []
    let links = 0
    while (pending.length > 0) {
      const name = pending.pop() as string
      if (name === '' || name === '.') continue
      if (name === '..') {
        done.pop()
        continue
      }
      done.push(name)
      const found = entries.get(join(top, ...done))
      if (found === undefined || found.kind === 'directory') continue
      if (found.kind !== 'link') {
        if (pending.length > 0) return undefined
        continue
      }
      links += 1
      if (links > MOST_LINKS) return undefined
      done.pop()
      if (found.target.startsWith('/')) done.length = 0
      pending.push(...found.target.split('/').reverse())
    }
    return join(top, ...done)
  }

  const makeDirectories = (path: string): boolean => {
    const names = path === '' ? [] : path.split('/')
    return names.every((_, index) => {
      const here = names.slice(0, index + 1).join('/')
      const found = entries.get(here)
      if (found === undefined) set(here, { kind: 'directory' })
      return found === undefined || found.kind === 'directory'
    })
  }

  return {
    entries,
    get size() {
      return size
    },
    put: (top, path, entry, replaces = false) => {
      const [parent, name] = splitLast(path)
      const real = follow(top, parent)
      if (real === undefined || !makeDirectories(real))
        return 'has a file, or a loop of links, in the place of a directory'
      const whole = join(real, name)
      const there = entries.get(whole)
      if (there !== undefined && (there.kind === 'directory') !== (entry.kind === 'directory')) {
        // A directory of one layer may well be a link to one in the layer below.
        if (entry.kind === 'directory' && there.kind === 'link') {
          const led = follow(top, path)
          return led !== undefined && makeDirectories(led) ? undefined : 'is a directory, and a link that leads to none'
        }
        return 'is a directory and a file'
      }
      if (there === undefined || (replaces && entry.kind !== 'directory')) set(whole, entry)
      return undefined
    },
    find: (top, path) => {
      const real = follow(top, path)
      return real !== undefined && entries.has(real) ? real : undefined
    },
  }
}
