import { byPreference, type Version } from '../extensions/name.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { EXTENSION_CLASSES, type ExtensionClass, extensionsLock, RUNTIME_DIR } from '../layout/paths.ts'
import { compareVersions } from '../systemd/versions.ts'
import { formatImageName, type ImageName, parseImageName } from './name.ts'
import { findShelf, type Shelf } from './store.ts'

/**
 * Which version is taken is said by names alone, so that the generators, systemd-vpick(1), and a guest that has these files agree: one
 * without attempts left, `NAME_2.0+0.raw`, comes after all others, as systemd-bless-boot(8) marks what is bad. It is one
 * rename(2), the version stays, and another rename makes it good again.
 */
export interface Renaming {
  readonly from: string
  readonly to: string
}

const nameOf = (entry: string): { readonly name: ImageName; readonly suffix: string } => {
  const suffix = /(?:\.(?:sysext|confext))?(?:\.raw)?$/.exec(entry)?.[0] ?? ''
  const name = parseImageName(entry.slice(0, entry.length - suffix.length))
  if (name === undefined) throw new HostError(entry, 'has a name in which attempts cannot be counted, NAME_VERSION.raw')
  return { name, suffix }
}

/** How an entry is called that is good: without a count. */
const asGood = (entry: string): string => {
  const { name, suffix } = nameOf(entry)
  return `${formatImageName({ ...name, tries: undefined })}${suffix}`
}

/** How it is called when no attempts are left, and none of `names`: the same version may be there with another count. */
const asBad = (entry: string, names: readonly string[]): string => {
  const { name, suffix } = nameOf(entry)
  for (let done = name.tries?.done ?? 0; ; done += 1) {
    const bad = `${formatImageName({ ...name, tries: { left: 0, done } })}${suffix}`
    if (!names.includes(bad)) return bad
  }
}

const GOOD = { left: Number.POSITIVE_INFINITY, done: Number.POSITIVE_INFINITY }

const findTarget = ({ name, versions }: Shelf, asked: string | undefined): Version => {
  const [current] = versions
  if (current === undefined) throw new HostError(name, 'has no version for this architecture')
  if (asked !== undefined) {
    const found = versions.find(({ version }) => version === asked)
    const all = versions.map(({ version }) => version).join(', ')
    if (found === undefined) throw new HostError(`${name} ${asked}`, `is not installed, there are ${all}`)
    return found
  }
  const before = versions.find(({ version, left }) => left > 0 && compareVersions(version, current.version) < 0)
  if (before !== undefined) return before
  throw new HostError(`${name} ${current.version}`, 'is the oldest that is not marked as bad: name a version')
}

/**
 * What is to be renamed so that a version is taken: the one before, where none is asked for. In an order in which at each
 * moment the version before or the one asked for is taken.
 */
const planRollback = (shelf: Shelf, asked: string | undefined): readonly Renaming[] => {
  const target = findTarget(shelf, asked)
  const good = target.left === 0 ? asGood(target.entry.name) : target.entry.name
  const wanted: Version = {
    ...target,
    entry: { ...target.entry, name: good },
    ...(target.left === 0 ? GOOD : {}),
  }
  const better = shelf.versions.filter((one) => one !== target && byPreference(one, wanted) < 0).reverse()
  const steps: Renaming[] = good === target.entry.name ? [] : [{ from: target.entry.name, to: good }]
  for (const { entry } of better)
    steps.push({ from: entry.name, to: asBad(entry.name, [...shelf.files, ...steps.map(({ to }) => to)]) })
  const clash = steps.find(({ to }) => shelf.files.includes(to))
  if (clash !== undefined) throw new HostError(`${shelf.path}/${clash.to}`, 'is there already')
  return steps
}

export interface RolledBack {
  readonly class: ExtensionClass
  readonly name: string
  readonly current: string | undefined
  readonly before: string | undefined
}

/** Seconds. */
const PATIENCE_LOCK = 30
const PATIENCE_SYNC = 600

const shelfOf = (host: Host, id: string, name: string, asked: ExtensionClass | undefined): Shelf => {
  const kinds = asked === undefined ? EXTENSION_CLASSES : [asked]
  const [shelf, other] = kinds.flatMap((kind) => findShelf(host, id, kind, name) ?? [])
  if (shelf === undefined) throw new HostError(`extension '${name}'`, `has no versions: bitbuilder image list ${id}`)
  if (other !== undefined)
    throw new HostError(`extension '${name}'`, 'is a sysext and a confext: say which with --class')
  return shelf
}

/** Makes another version of an extension the one that is taken; the one before, where none is asked for. Throws HostError. */
export const rollBackImage = (
  host: Host,
  id: string,
  name: string,
  asked: string | undefined,
  kind: ExtensionClass | undefined,
): RolledBack => {
  host.makeDir(RUNTIME_DIR)
  return host.withLock(extensionsLock(id), PATIENCE_LOCK, () => {
    const shelf = shelfOf(host, id, name, kind)
    for (const { from, to } of planRollback(shelf, asked)) host.rename(`${shelf.path}/${from}`, `${shelf.path}/${to}`)
    mustRun(host, ['sync', '--', shelf.path], PATIENCE_SYNC)
    const after = findShelf(host, id, shelf.kind, name)
    return { class: shelf.kind, name, current: after?.versions[0]?.version, before: shelf.versions[0]?.version }
  })
}
