import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'

/** The target is made under another name beside it. */
export const newBeside = (host: Host, target: string): string => {
  const slash = target.lastIndexOf('/')
  const [parent, name] = slash < 0 ? ['.', target] : [target.slice(0, slash) || '/', target.slice(slash + 1)]
  const token = host.readFile('/proc/sys/kernel/random/uuid', 64)?.text.trim() ?? String(host.now())
  return `${parent === '/' ? '' : parent}/.${name}.${token}`
}

/** Throws HostError unless there is nothing, or an empty directory. */
export const requireRoom = (host: Host, target: string): void => {
  const there = host.stat(target)
  if (there === undefined) return
  if (there.kind !== 'directory') throw new HostError(target, 'is there already')
  if ((host.readDir(target)?.entries.length ?? 0) > 0) throw new HostError(target, 'is there already, and not empty')
}
