import { HostError, WRONG_KIND } from './host.ts'

/** As many links as the kernel follows, path_resolution(7). */
export const MOST_LINKS = 40

/**
 * The path that one leads to under chroot(2): an absolute link starts at the top again. `linkAt` says where the link at a
 * path points, undefined where there is none; it is asked of every component, and what it throws is passed on.
 */
export const locate = (path: string, followLast: boolean, linkAt: (path: string) => string | undefined): string => {
  const pending = path.split('/').reverse()
  const done: string[] = []
  for (let links = 0; pending.length > 0; ) {
    const name = pending.pop() as string
    if (name === '' || name === '.') continue
    if (name === '..') {
      done.pop()
      continue
    }
    done.push(name)
    const target = linkAt(`/${done.join('/')}`)
    if (target === undefined || (pending.length === 0 && !followLast)) continue
    links += 1
    if (links > MOST_LINKS) throw new HostError(path, WRONG_KIND.link)
    done.pop()
    if (target.startsWith('/')) done.length = 0
    pending.push(...target.split('/').reverse())
  }
  return `/${done.join('/')}`
}
