import type { Config } from '../config/config.ts'
import { HostError, orElse } from '../host/host.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import { readMetadata } from '../tenant/metadata.ts'
import { machineMetadataShape, metadataShape } from '../tenant/schema.ts'
import { type Contents, findContents } from './contents.ts'
import { makeInstances } from './instances.ts'
import { judgeTrees } from './judge-trees.ts'
import { checkListing, inCommit } from './listing.ts'
import { templatedMachines } from './machine-template.ts'
import { placeInstances } from './place-instance.ts'
import { type Git, runGit } from './repository.ts'
import { type Draft, draftDir, finishRevision, writeDraft, writeTrees } from './revision.ts'
import type { Sources } from './template-source.ts'
import { LONGEST_LISTING, treeOf } from './unpack.ts'
import type { Bounds } from './user.ts'

const problem = (file: string, message: string): Problem => ({ severity: 'error', at: wholeFile(file), message })

const MACHINE_METADATA = /^(?:infrastructure|(?:machines|containers)\/[^/]+)\/metadata\.json$/

/** Every metadata.json that a program of ours will read. */
const checkMetadata = (git: Git, draft: Draft, place: (path: string) => string): readonly Problem[] =>
  draft.entries.flatMap(({ path }) => {
    const isTenants = path === 'metadata.json'
    if (!isTenants && !MACHINE_METADATA.test(path)) return []
    const shape = isTenants ? metadataShape : machineMetadataShape
    // What cannot be read is said to be where it will be.
    const read = readMetadata(shape, place(path), (limit) =>
      orElse(
        () => git.host.readFileInside(draftDir(git.id, draft), path, limit),
        ({ reason }) => {
          throw new HostError(place(path), reason)
        },
      ),
    )
    return 'problems' in read ? read.problems : []
  })

/** What of a repository becomes a revision. */
export interface Share {
  /** The directory of the repository that is taken; empty for all of it. */
  readonly path: string
  /** What of that is left out: names. */
  readonly without: readonly string[]
  /** Whether a commit that has no such directory is one with nothing in it. */
  readonly mayBeMissing: boolean
}

const noMachine = (file: string): Problem => ({
  severity: 'warning',
  at: wholeFile(file),
  message: 'has no rootfs, so it is no machine',
})

/** Writes what a commit has, and what templates make of it. Nothing of it has its name unless all is good. */
const complete = (sources: Sources, { trees, rootless }: Contents): readonly Problem[] => {
  const { git, draft, config, place } = sources
  const { host, id } = git
  writeDraft(git, draft, config.fetchTimeout)
  const metadata = checkMetadata(git, draft, place)
  const named = templatedMachines(host, draftDir(id, draft), draft.entries, place)
  const before = [...metadata, ...named.problems]
  if (before.some(isError)) return before
  const isTemplated = (path: string): boolean => named.machines.some((machine) => machine.path === path)
  const empty = rootless.filter((one) => !isTemplated(one)).map((one) => noMachine(place(one)))
  const { instances, problems } = makeInstances(sources, named.machines)
  if (problems.some(isError)) return [...before, ...empty, ...problems]
  placeInstances(host, instances, draft.entries, draftDir(id, draft))
  const made = Object.fromEntries(instances.map(({ machine, tree }) => [`${machine.path}/rootfs`, tree]))
  const own = Object.fromEntries(Object.entries(trees).filter(([one]) => !Object.hasOwn(made, one)))
  const whole: Draft = { ...draft, trees: own, made }
  writeTrees(git, whole, config.fetchTimeout)
  const judged = judgeTrees(git, whole, place)
  if (!judged.some(isError)) finishRevision(git, whole)
  return [...before, ...empty, ...problems, ...judged]
}

/** What is wrong with a commit, warnings included. Without an error among it, the commit has become a revision. */
export const makeRevision = (git: Git, commit: string, share: Share, config: Config): readonly Problem[] => {
  const { path, without } = share
  const place = (inner: string): string => inCommit(commit, [path, inner].filter((part) => part !== '').join('/'))
  const bounds: Bounds = { seconds: config.fetchTimeout, bytes: LONGEST_LISTING }
  const tree = treeOf(git, commit, path)
  if (tree === undefined && !share.mayBeMissing) return [problem(place(''), 'is no directory: see repository.path')]
  const listed =
    tree === undefined
      ? { status: 0, stdout: '', words: '' }
      : runGit(git, ['ls-tree', '-r', '-t', '-l', '-z', '--full-tree', tree], bounds)
  if (listed.status !== 0) {
    const isTooLong = listed.stdout.length > LONGEST_LISTING / 4
    const words = isTooLong ? `has more files and directories than MaxFiles=${config.maxFiles}` : listed.words
    return [problem(place(''), words)]
  }
  const limits = { files: config.maxFiles, size: config.maxRepositorySize }
  const { value: all, problems: wrong } = checkListing(listed.stdout, place, limits)
  if (wrong.length > 0) return wrong
  const entries = all.filter(({ path: one }) => !without.some((name) => one === name || one.startsWith(`${name}/`)))
  const { value: contents, problems } = findContents(entries, place)
  if (problems.some(isError)) return problems
  const { trees, templates } = contents
  const apart = [...without, ...Object.keys(templates)]
  const draft: Draft = { commit, tree: tree ?? '', path, entries, trees, without: apart, made: {} }
  return orElse<readonly Problem[]>(
    () => [...problems, ...complete({ git, draft, templates, config, place }, contents)],
    ({ path: file, reason }) => {
      const isOfCommit = entries.some((entry) => entry.path === file)
      return [problem(isOfCommit ? place(file) : file, reason)]
    },
  )
}

/** For messages that name a commit. */
export const short = (commit: string): string => commit.slice(0, 12)
