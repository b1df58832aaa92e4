import type { Reader } from '../host/host.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'

/** What is in a tree, counted: bytes as they are read, holes included. */
export interface Measure {
  readonly entries: number
  readonly bytes: number
  /** What cannot be in an image. */
  readonly problems: readonly Problem[]
}

const MOST_ENTRIES = 1_000_000
const GIBIBYTE = 2 ** 30
const MOST_BYTES = 64 * GIBIBYTE

/** So many are told, of those that are of a wrong kind. */
const MOST_TOLD = 20

const refused = (path: string, message: string): Problem => ({ severity: 'error', at: wholeFile(path), message })

/** Looks at every name in a tree, following nothing. A tree beyond any measure is given up. */
export const measure = (reader: Reader, dir: string): Measure => {
  const problems: Problem[] = []
  const pending = [dir]
  let [entries, bytes] = [0, 0]
  const done = (...more: readonly Problem[]): Measure => ({ entries, bytes, problems: [...problems, ...more] })
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const { name, kind } of reader.readDir(at)?.entries ?? []) {
      const path = `${at}/${name}`
      entries += 1
      if (entries > MOST_ENTRIES) return done(refused(dir, `has more than ${MOST_ENTRIES} entries`))
      if (kind === 'directory') pending.push(path)
      else if (kind === 'file') {
        const stat = reader.stat(path)
        if (stat === undefined) problems.push(refused(path, 'has a name that is no UTF-8'))
        bytes += stat?.size ?? 0
      } else if (kind !== 'link') problems.push(refused(path, `is a ${kind}, which no image may have`))
      if (bytes > MOST_BYTES)
        return done(refused(path, `makes the tree larger than ${MOST_BYTES / GIBIBYTE} GiB, holes included`))
      if (problems.length > MOST_TOLD) return done(refused(dir, 'has more like these'))
    }
  }
  return done()
}
