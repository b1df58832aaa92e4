import type { Tree } from '../compliance/tree.ts'
import { nameOf } from '../compliance/tree.ts'
import { HostError } from '../host/host.ts'
import { compareVersions } from '../systemd/versions.ts'
import { type Libraries, librariesOf } from './libraries.ts'
import { hasWildcard, mayBeMissing } from './pattern.ts'
import type { Plan } from './planned.ts'
import type { TemplateMetadata } from './schema.ts'
import { type Selector, selector } from './select.ts'
import { type Taken, takeFile, takeLink } from './take.ts'

/** What git cannot sensibly keep, from a root that has it. */

type Wanted = NonNullable<TemplateMetadata['userland']>

/** A root to take from. */
export interface Source {
  readonly tree: Tree
  /** Its path, empty for /. */
  readonly root: string
}

export interface Limits {
  /** How many files and directories an instance may have. */
  readonly files: number
  /** Of all files together, in bytes. */
  readonly size: number
}

/** `key` is where in metadata.json. */
export type Complain = (key: readonly (string | number)[], message: string, hint?: string) => void

const USR = ['usr']
const KERNELS = ['usr', 'boot']

const EXECUTE = 0o111
const modeOf = ({ node }: Taken): number => ((node.mode & EXECUTE) === 0 ? 0o644 : 0o755)

interface Taking {
  readonly plan: Plan
  readonly source: Source
  readonly into: string
  readonly limits: Limits
  readonly selector: Selector
  readonly complain: Complain
  /** Files of the source that were taken. */
  readonly done: Set<string>
  /** Made when all files are there: where a file lies is no place for a link. */
  readonly links: Map<string, string>
}

/** Throws HostError when it would be too much. */
const put = ({ plan, source, limits }: Taking, top: string, path: string, taken: Taken): string | undefined => {
  const { size } = taken.node
  if (plan.entries.size >= limits.files)
    throw new HostError('userland', `is more than ${limits.files} files and directories`)
  if (plan.size + size > limits.size) throw new HostError('userland', `is more than ${limits.size} bytes`)
  return plan.put(top, path, { kind: 'file', source: `${source.root}/${taken.path}`, mode: modeOf(taken), size })
}

/** Takes one file with the links that lead to it. A string is why not. `isNew`: it was not there before. */
const takeOne = (taking: Taking, path: string): { readonly taken: Taken; readonly isNew: boolean } | string => {
  const taken = takeFile(taking.source.tree, path, USR)
  if (typeof taken === 'string') return taken
  const isNew = !taking.done.has(taken.path)
  const why = isNew ? put(taking, taking.into, taken.path, taken) : undefined
  if (why !== undefined) return why
  taking.done.add(taken.path)
  for (const [link, target] of taken.links) taking.links.set(link, target)
  return { taken, isNew }
}

interface Need {
  /** Any of these. */
  readonly names: readonly string[]
  readonly isRequired: boolean
}

const needsOf = (libraries: Libraries, path: string): readonly Need[] => {
  const elf = libraries.elfAt(path)
  if (elf === undefined) return []
  return [
    ...(elf.interpreter === undefined ? [] : [{ names: [elf.interpreter], isRequired: true }]),
    ...elf.needed.map((name) => ({ names: [name], isRequired: true })),
    ...elf.dlopen
      .filter(({ priority }) => priority !== 'suggested')
      .map(({ sonames, priority }) => ({ names: sonames, isRequired: priority === 'required' })),
  ]
}

/** Takes all that a program needs, and what that needs. Texts say what is missing. */
const takeNeeds = (taking: Taking, libraries: Libraries, program: string): readonly string[] => {
  const missing: string[] = []
  // A library that is there by now is taken for the name, wherever this one would look for it: ld.so(8).
  const loaded = new Set<string>()
  const pending = [program]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const elf = libraries.elfAt(path)
    for (const { names, isRequired } of needsOf(libraries, path)) {
      const here = path
      if (names.some((name) => loaded.has(name))) continue
      const found = elf && names.map((name) => libraries.find(name, here, elf)).find((one) => one !== undefined)
      const got = found === undefined ? 'is nowhere' : takeOne(taking, found)
      if (typeof got !== 'string') {
        loaded.add(nameOf(found ?? ''))
        if (got.isNew) pending.push(got.taken.path)
      } else if (isRequired) missing.push(`'${path}' needs '${names.join("' or '")}', which ${got}`)
    }
  }
  return missing
}

const takeProgram = (taking: Taking, libraries: Libraries, path: string): readonly string[] => {
  const got = takeOne(taking, path)
  if (typeof got === 'string') return [`'${path}' ${got}`]
  return got.isNew ? takeNeeds(taking, libraries, got.taken.path) : []
}

/** A link comes as it is, whether or not what it leads to comes with it. */
const takePlain = (taking: Taking, path: string): readonly string[] => {
  const links = takeLink(taking.source.tree, path, USR)
  for (const [link, target] of links ?? []) taking.links.set(link, target)
  const got = takeOne(taking, path)
  return typeof got === 'string' && links === undefined ? [`'${path}' ${got}`] : []
}

/** `takeIt` says what is wrong with a path: told for one that was named, and not for one that a wildcard met. */
const takeAll = (
  taking: Taking,
  key: 'programs' | 'files',
  patterns: readonly string[],
  takeIt: (path: string) => readonly string[],
): void => {
  for (const [index, pattern] of patterns.entries()) {
    const at = ['userland', key, index]
    const paths = taking.selector.select(pattern)
    const wrong = paths.map(takeIt)
    const isNothing = wrong.every((one) => one.length > 0)
    if (isNothing && mayBeMissing(pattern)) continue
    if (paths.length === 0)
      taking.complain(at, `'${pattern}' matches nothing in ${taking.source.root || '/'}`, MISSING_HINT)
    else if (isNothing || !hasWildcard(pattern)) for (const one of wrong.flat()) taking.complain(at, one)
  }
}

const MISSING_HINT =
  'install what brings it, take another root with --userland=, or let the pattern begin with - if it may be missing'

/** The newest of those that a pattern names. */
const newest = (paths: readonly string[]): string | undefined =>
  [...paths].sort((a, b) => compareVersions(nameOf(a), nameOf(b)) || (a < b ? -1 : 1)).at(-1)

const placeOne = (taking: Taking, to: string, patterns: readonly string[]): void => {
  const { plan, source, complain } = taking
  const at = ['userland', 'place', to]
  // What the template itself has is what was meant.
  if (plan.find('', to) !== undefined) return
  for (const pattern of patterns) {
    const path = newest(taking.selector.select(pattern))
    if (path === undefined) continue
    const taken = takeFile(source.tree, path, KERNELS)
    const why = typeof taken === 'string' ? taken : put(taking, '', to, taken)
    if (why !== undefined) complain(at, `'${path}' ${why}`)
    return
  }
  if (patterns.some(mayBeMissing)) return
  complain(at, `none of ${patterns.join(', ')} is in ${source.root || '/'}`, MISSING_HINT)
}

/** Adds to a plan what `wanted` names. What the plan has already stays. */
export const addUserland = (plan: Plan, wanted: Wanted, source: Source, limits: Limits, complain: Complain): void => {
  const { into = '', programs = [], files = [], place = {} } = wanted
  const selected = selector(source.tree)
  const taking: Taking = { plan, source, into, limits, selector: selected, complain, done: new Set(), links: new Map() }
  try {
    if (programs.length > 0) {
      const libraries = librariesOf(source.tree)
      takeAll(taking, 'programs', programs, (path) => takeProgram(taking, libraries, path))
    }
    takeAll(taking, 'files', files, (path) => takePlain(taking, path))
    for (const [to, patterns] of Object.entries(place)) placeOne(taking, to, patterns)
  } catch (thrown) {
    if (!(thrown instanceof HostError)) throw thrown
    complain(['userland'], thrown.path === 'userland' ? thrown.reason : thrown.message)
  }
  // One whose place is taken, by a directory or what it leads to, is needed by nobody.
  for (const [path, target] of [...taking.links].sort(([a], [b]) => (a < b ? -1 : 1)))
    plan.put(into, path, { kind: 'link', target })
}
