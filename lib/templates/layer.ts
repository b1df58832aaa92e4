import { diskTree } from '../compliance/disk-tree.ts'
import { walk } from '../compliance/walk.ts'
import type { Host } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { tallyOf } from '../report/tally.ts'
import type { Plan, Planned } from './planned.ts'

const OWNER_EXECUTES = 0o100

/**
 * Lays a tree over what a plan has in `top`: its files and links take the place of those that are there. `dir` holds what git
 * can hold and nothing else. `shown` makes of a path in it what a message calls it.
 */
export const addLayer = (
  host: Host,
  plan: Plan,
  top: string,
  dir: string,
  shown: (path: string) => string,
): readonly Problem[] => {
  const tally = tallyOf(shown(''))
  const refuse = (path: string, message: string): void =>
    tally.add(() => ({ severity: 'error', at: wholeFile(shown(path)), message }))
  walk(diskTree(host, dir, dir), '', {
    visit: (path, { kind, mode, size }) => {
      const source = `${dir}/${path}`
      const planned: Planned =
        kind === 'directory'
          ? { kind }
          : kind === 'link'
            ? { kind, target: host.readLink(source) }
            : { kind: 'file', source, mode: (mode & OWNER_EXECUTES) === 0 ? 0o644 : 0o755, size }
      const why = plan.put(top, path, planned, true)
      if (why !== undefined) refuse(path, `cannot be laid over the template: ${why}`)
      return true
    },
    giveUp: refuse,
  })
  return tally.problems()
}
