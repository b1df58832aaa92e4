import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import {
  configLink,
  manifestFile,
  revisionDir,
  revisionsDir,
  revisionTarget,
  tenantDir,
  treeDir,
  treesDir,
} from '../layout/paths.ts'
import { extract } from './extract.ts'
import type { Entry } from './listing.ts'
import type { Git } from './repository.ts'
import { isObjectId, type Manifest, readManifestOf } from './state.ts'

/** What is being made. Nobody reads it, and the next run takes away what a killed one has left. */
const UNFINISHED = /^\.tmp-/

export const unfinished = (directory: string, name: string): string => `${directory}/.tmp-${name}`

const PATIENCE_SYNC = 600

/** syncfs(2): what is named after this must be whole even when the power goes. */
const sync = (host: Host, path: string): void => {
  mustRun(host, ['sync', '--file-system', '--', path], PATIENCE_SYNC)
}

const namesIn = (host: Host, directory: string): readonly string[] =>
  (host.readDir(directory)?.entries ?? []).map(({ name }) => name)

/** What killed runs have left, in all directories where something is made beside. */
export const sweep = (host: Host, id: string): void => {
  for (const directory of [tenantDir(id), revisionsDir(id), treesDir(id)]) {
    for (const name of namesIn(host, directory)) if (UNFINISHED.test(name)) host.remove(`${directory}/${name}`)
  }
}

/** The revisions that are whole. A manifest comes before its directory, so that nothing is without. */
export const readRevisions = (host: Host, id: string): readonly Manifest[] =>
  namesIn(host, revisionsDir(id))
    .filter(isObjectId)
    // One that cannot be understood is as good as none: it will be made anew.
    .flatMap((commit) =>
      orElse(
        () => readManifestOf(host, id, commit) ?? [],
        () => [],
      ),
    )
    .sort((a, b) => a.number - b.number)

const nextNumber = (revisions: readonly Manifest[]): number => (revisions.at(-1)?.number ?? 0) + 1

const writeManifest = (host: Host, id: string, manifest: Manifest): void =>
  host.replaceFile(manifestFile(id, manifest.commit), `${JSON.stringify(manifest, null, 2)}\n`, 0o600)

/** A commit whose listing was found good, to be written. */
export interface Draft {
  readonly commit: string
  /** The id of its tree, or of the directory in it that is the tenant's. */
  readonly tree: string
  readonly path: string
  readonly entries: readonly Entry[]
  /** What of the tree is in no revision, besides its trees. */
  readonly without: readonly string[]
  readonly trees: Manifest['trees']
  /** Trees that no commit has, made of templates: each lies beside its place, or in it already. */
  readonly made: Manifest['trees']
}

const isBelow = (path: string, tree: string): boolean => path.startsWith(`${tree}/`)

/** Where the files of a draft can be looked at before it is a revision. */
export const draftDir = (id: string, { commit }: Draft): string => unfinished(revisionsDir(id), commit)

/** Everything but the trees that lie apart. */
export const writeDraft = (git: Git, draft: Draft, seconds: number): void => {
  const without = [...Object.keys(draft.trees), ...draft.without]
  const isApart = ({ path }: Entry): boolean => without.some((tree) => path === tree || isBelow(path, tree))
  const entries = draft.entries.filter((entry) => !isApart(entry))
  const part = { tree: draft.tree, without, entries, prefix: '', mayLeadOut: false }
  extract(git, part, draftDir(git.id, draft), { seconds })
}

/** The trees that are not there yet, beside their places; their ids. Throws HostError. */
export const writeTrees = (git: Git, draft: Draft, seconds: number): readonly string[] => {
  const { host, id } = git
  const written: string[] = []
  for (const [path, tree] of Object.entries(draft.trees)) {
    if (written.includes(tree) || host.stat(treeDir(id, tree)) !== undefined) continue
    const entries = draft.entries.filter((entry) => isBelow(entry.path, path))
    const part = { tree, without: [], entries, prefix: `${path}/`, mayLeadOut: true }
    extract(git, part, unfinished(treesDir(id), tree), { seconds })
    written.push(tree)
  }
  return written
}

const sortedTrees = ({ trees, made }: Draft): Manifest['trees'] =>
  Object.fromEntries(Object.entries({ ...trees, ...made }).sort(([a], [b]) => (a < b ? -1 : 1)))

/**
 * Makes a revision of a draft that was found good, and whose trees are written. Everything is on the disk before it has its
 * name.
 */
export const finishRevision = (git: Git, draft: Draft): void => {
  const { host, id } = git
  const { commit, path } = draft
  const trees = sortedTrees(draft)
  sync(host, tenantDir(id))
  for (const tree of new Set(Object.values(trees))) {
    const beside = unfinished(treesDir(id), tree)
    if (host.stat(beside) !== undefined) host.rename(beside, treeDir(id, tree))
  }
  const there = revisionDir(id, commit)
  // Of another directory of the same commit.
  if (host.stat(there) !== undefined) host.rename(there, unfinished(revisionsDir(id), `old-${commit}`))
  writeManifest(host, id, { commit, number: nextNumber(readRevisions(host, id)), path, trees })
  host.rename(draftDir(id, draft), there)
}

/** Whether all that the manifest names is there. */
export const isWhole = (host: Host, id: string, { commit, trees }: Manifest): boolean =>
  host.stat(revisionDir(id, commit))?.kind === 'directory' &&
  Object.values(trees).every((tree) => host.stat(treeDir(id, tree))?.kind === 'directory')

/** Lets `config` point to a revision. One that was current long ago becomes the newest again, unless it is rolled back to. */
export const switchTo = (host: Host, id: string, manifest: Manifest, isRollback: boolean): void => {
  const newest = readRevisions(host, id).at(-1)
  if (!isRollback && newest !== undefined && newest.commit !== manifest.commit)
    writeManifest(host, id, { ...manifest, number: newest.number + 1 })
  const beside = unfinished(tenantDir(id), 'config')
  host.remove(beside)
  host.symlink(revisionTarget(manifest.commit), beside)
  sync(host, tenantDir(id))
  host.rename(beside, configLink(id))
}

/** Removes all but the newest revisions and the current one, and the trees that no revision has. `keep` counts the current one. */
export const removeOld = (host: Host, id: string, current: string, keep: number): void => {
  const revisions = readRevisions(host, id)
  const others = revisions.filter(({ commit }) => commit !== current)
  const kept = [...others.slice(Math.max(0, others.length - (keep - 1))).map(({ commit }) => commit), current]
  for (const name of namesIn(host, revisionsDir(id))) {
    const commit = name.endsWith('.json') ? name.slice(0, -'.json'.length) : name
    if (isObjectId(commit) && !kept.includes(commit)) host.remove(`${revisionsDir(id)}/${name}`)
  }
  const trees = new Set(
    revisions.filter(({ commit }) => kept.includes(commit)).flatMap((one) => Object.values(one.trees)),
  )
  for (const name of namesIn(host, treesDir(id))) if (!trees.has(name)) host.remove(`${treesDir(id)}/${name}`)
}
