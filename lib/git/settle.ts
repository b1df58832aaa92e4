import type { Host } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import {
  EXTENSION_CLASSES,
  extensionDir,
  nextMark,
  originMark,
  removedTree,
  tenantDir,
  treeMark,
} from '../layout/paths.ts'
import { infraPlace } from '../machine/place.ts'
import { convergeTree } from '../machine/tree.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { INFRA_TREE, MACHINE_DIRECTORIES } from './contents.ts'
import { linkTargets, placeLinks } from './extension-links.ts'
import type { Manifest } from './state.ts'

/** Makes the tenant's directory agree with its revision. Everything here may be repeated, and stopped anywhere. */

/** The tenant's directory, from one of extensions. */
const UP = '../..'

const kept = (path: string): Problem => ({
  severity: 'warning',
  at: wholeFile(path),
  message: 'is not from the repository, which has a machine of this name too, leaving it as it is',
  hint: 'remove or rename it, then bitbuilder provision',
})

/** A machine of the repository has a directory, and a marker that says whose it is. What has none is the administrator's. */
const placeMachine = (host: Host, id: string, home: string, name: string): readonly Problem[] => {
  const path = `${tenantDir(id)}/${home}/${name}`
  const [marker, removed] = [originMark(id, home, name), removedTree(id, home, name)]
  const isOurs = host.stat(marker) !== undefined
  if (host.stat(path) !== undefined) return isOurs ? [] : [kept(path)]
  if (!isOurs) host.replaceFile(marker, '', 0o600)
  // Another tree is just being put there.
  if (host.stat(nextMark(id, home, name)) !== undefined) return []
  if (host.stat(removed) === undefined) host.makeDirMode(path, 0o700)
  else host.rename(removed, path)
  return []
}

/** One that the repository no longer has keeps its data under another name, and gets it back when it returns. */
const putAway = (host: Host, id: string, home: string, name: string): void => {
  const path = `${tenantDir(id)}/${home}/${name}`
  const removed = removedTree(id, home, name)
  if (host.stat(path) !== undefined) {
    if (host.stat(removed) !== undefined)
      throw new HostError(removed, 'is there already, leaving the machine where it is')
    host.rename(path, removed)
  }
  host.remove(originMark(id, home, name))
}

const ORIGIN = /^\.(.+)\.origin$/

const settleMachines = (host: Host, id: string, home: string, names: readonly string[]): readonly Problem[] => {
  const entries = host.readDir(`${tenantDir(id)}/${home}`)?.entries ?? []
  const marked = entries.flatMap(({ name }) => ORIGIN.exec(name)?.[1] ?? [])
  for (const name of marked) if (!names.includes(name)) putAway(host, id, home, name)
  return names.flatMap((name) => placeMachine(host, id, home, name))
}

/** `NAME` of the trees that are called `PREFIX/NAME/rootfs`. */
const machinesIn = ({ trees }: Manifest, prefix: string): readonly string[] =>
  Object.keys(trees)
    .map((path) => path.split('/'))
    .filter(([top, , last, ...more]) => top === prefix && last === 'rootfs' && more.length === 0)
    .map(([, name = '']) => name)

/**
 * Extensions are merged over the tree of the infrastructure VM before that starts. Later trees come when it is stopped, the
 * first one has to be there: nothing can run from it yet.
 */
const placeInfraTree = (host: Host, id: string, { trees }: Manifest): readonly Problem[] => {
  const place = infraPlace(id)
  if (host.stat(treeMark(id, place.home, place.entry)) === undefined) convergeTree(host, place, trees[INFRA_TREE])
  return []
}

/** What it could not do, and why. */
export const settle = (host: Host, id: string, manifest: Manifest): readonly Problem[] => {
  const infra = manifest.trees[INFRA_TREE] === undefined ? [] : ['rootfs']
  const steps: readonly (() => readonly Problem[])[] = [
    () => settleMachines(host, id, 'infra', infra),
    () => placeInfraTree(host, id, manifest),
    ...MACHINE_DIRECTORIES.map((one) => () => settleMachines(host, id, one, machinesIn(manifest, one))),
    ...EXTENSION_CLASSES.map(
      (kind) => () => placeLinks(host, extensionDir(id, kind), UP, linkTargets(host, id, manifest, kind)),
    ),
  ]
  return steps.flatMap((step) =>
    orElse(step, ({ path, reason }): readonly Problem[] => [
      { severity: 'error', at: wholeFile(path), message: reason },
    ]),
  )
}
