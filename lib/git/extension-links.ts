/** Links to the extensions of a revision, where systemd-sysext(8) or a mount looks for them. */

import type { Host } from '../host/host.ts'
import type { ExtensionClass } from '../layout/paths.ts'
import { revisionDir } from '../layout/paths.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { Manifest } from './state.ts'

/** The name that a link is made under before it replaces another. */
const BESIDE = '.tmp-link'

/** Where links lead, by their names: `trees/ID`, `revisions/COMMIT/…`, as seen from the tenant's directory. */
export type LinkTargets = ReadonlyMap<string, string>

/** One for each extension of a class. */
export const linkTargets = (host: Host, id: string, { commit, trees }: Manifest, kind: ExtensionClass): LinkTargets => {
  const prefix = `extensions/${kind}/`
  const links = new Map<string, string>()
  for (const [path, tree] of Object.entries(trees))
    if (path.startsWith(prefix)) links.set(path.slice(prefix.length), `trees/${tree}`)
  const files = host.listInside(revisionDir(id, commit), `extensions/${kind}`) ?? []
  for (const { name, kind: found } of files)
    if (found === 'file' && name.endsWith('.raw')) links.set(name, `revisions/${commit}/${prefix}${name}`)
  return links
}

const OURS = /^(?:trees|revisions)\/[0-9a-f]{40,64}(?:\/|$)/

/** What a link of ours in `directory` leads to; undefined for what is not ours. `up`: the way to the tenant's directory. */
const ownTarget = (host: Host, path: string, up: string): string | undefined => {
  if (host.stat(path)?.kind !== 'link') return undefined
  const target = host.readLink(path)
  const inside = target.slice(up.length + 1)
  return target.startsWith(`${up}/`) && OURS.test(inside) ? inside : undefined
}

/** The links that are there, as `placeLinks` would make them. */
export const readLinks = (host: Host, directory: string, up: string): LinkTargets =>
  new Map(
    (host.readDir(directory)?.entries ?? []).flatMap(({ name }) => {
      const target = name === BESIDE ? undefined : ownTarget(host, `${directory}/${name}`, up)
      return target === undefined ? [] : [[name, target] as const]
    }),
  )

/**
 * Makes `directory` have these links and no others of ours. What is not ours stays, and is told where it is in the way. `up`:
 * how the tenant's directory is reached from there.
 */
export const placeLinks = (host: Host, directory: string, up: string, targets: LinkTargets): readonly Problem[] => {
  host.remove(`${directory}/${BESIDE}`)
  const before = readLinks(host, directory, up)
  for (const name of before.keys()) if (!targets.has(name)) host.remove(`${directory}/${name}`)
  return [...targets].flatMap(([name, target]): readonly Problem[] => {
    const path = `${directory}/${name}`
    if (before.get(name) === target) return []
    if (!before.has(name) && host.stat(path) !== undefined)
      return [
        {
          severity: 'warning',
          at: wholeFile(path),
          message: 'is not from the repository, which has an extension of this name too, leaving it as it is',
          hint: 'remove or rename it, then bitbuilder provision',
        },
      ]
    host.symlink(`${up}/${target}`, `${directory}/${BESIDE}`)
    host.rename(`${directory}/${BESIDE}`, path)
    return []
  })
}
