import type { Host, Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { requireDirectory } from '../host/require-directory.ts'
import { HIERARCHY, newTree, nextMark, originMark, previousTree, treeDir, treeMark } from '../layout/paths.ts'
import type { MachinePlace } from './place.ts'

/**
 * A machine's tree is a copy of one of the repository's: the machine writes in it. What it has in /var stays when another
 * tree takes its place, and the whole former tree is kept until the next time. A machine is not running meanwhile, so
 * nobody but us moves anything below its directory.
 */

/** Seconds. A whole system is a few GB, and where the file system can share blocks it takes none. */
const PATIENCE = 30 * 60

const SHORT = 1024

/** The id in a mark; undefined where there is none. */
export const readMark = (reader: Reader, path: string): string | undefined => reader.readFile(path, SHORT)?.text.trim()

const isDirectory = (reader: Reader, path: string): boolean => reader.stat(path)?.kind === 'directory'

/** Owners, modes, links and attributes as they are; nothing is followed, and nothing outside of the copy is written. */
const copyTree = (host: Host, from: string, to: string): void => {
  host.remove(to)
  mustRun(host, ['cp', '--archive', '--reflink=auto', '--no-target-directory', '--', from, to], PATIENCE)
}

/** Whether the copy that the mark `.web.next` speaks of is whole, and only has to be put in its place. */
const carryVar = (host: Host, from: string, to: string): void => {
  // Once moved it is in neither place where it could be taken for the copy's own.
  if (!isDirectory(host, from) || !isDirectory(host, `${from}/var`)) return
  host.remove(`${to}/var`)
  host.rename(`${from}/var`, `${to}/var`)
}

/** Puts the whole copy in its place. Killed at any point, and called again with the same mark, it ends the same. */
const finish = (host: Host, { id, home, entry, path }: MachinePlace, tree: string): void => {
  const [copy, previous] = [newTree(id, home, entry), previousTree(id, home, entry)]
  if (isDirectory(host, copy)) {
    carryVar(host, path, copy)
    // An empty one only kept the place.
    if (host.readDir(path)?.entries.length === 0) host.remove(path)
    else if (isDirectory(host, path)) {
      host.remove(previous)
      host.rename(path, previous)
    }
    host.rename(copy, path)
  }
  host.replaceFile(treeMark(id, home, entry), `${tree}\n`, 0o600)
  host.remove(nextMark(id, home, entry))
}

/** What may be merged over it needs a place, and is looked for before the machine's unit would make one. */
const makeMountPoints = (host: Host, { kind }: MachinePlace, copy: string): void => {
  if (kind !== 'infra') return
  for (const name of Object.values(HIERARCHY))
    if (host.stat(`${copy}/${name}`) === undefined) host.makeDir(`${copy}/${name}`)
}

/**
 * Gives a machine of the repository the tree that it wants. One without mark of its origin is the administrator's, and left
 * alone. Throws HostError when that tree is not there.
 */
export const convergeTree = (host: Host, place: MachinePlace, wanted: string | undefined): void => {
  const { id, home, entry, path } = place
  if (wanted === undefined || host.stat(originMark(id, home, entry)) === undefined) return
  requireDirectory(host, path)
  const next = nextMark(id, home, entry)
  const unfinished = readMark(host, next)
  if (unfinished !== undefined) finish(host, place, unfinished)
  if (readMark(host, treeMark(id, home, entry)) === wanted && isDirectory(host, path)) return
  const from = treeDir(id, wanted)
  if (!isDirectory(host, from)) throw new HostError(from, 'is not there: systemctl restart tenant-provision@')
  copyTree(host, from, newTree(id, home, entry))
  makeMountPoints(host, place, newTree(id, home, entry))
  host.replaceFile(next, `${wanted}\n`, 0o600)
  finish(host, place, wanted)
}
