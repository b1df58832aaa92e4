import type { Check, More } from '../check.ts'
import type { Fix } from '../finding.ts'
import type { Node, Tree } from '../tree.ts'
import { LOAD_PATHS } from './load-path.ts'
import { checkVerifiers, type Holder, looksLikeLoadPath } from './tree.ts'
import { checkLoadPath } from './voa.ts'

const DIRECTORY: Omit<Node, 'uid' | 'gid'> = { kind: 'directory', mode: 0o755, size: 0, links: 1, device: '' }

/** A tree in which there is nothing but `tree`, at `place`: what its links say they say from there. */
const placedAt = (place: string, tree: Tree): Tree => {
  const inner = (path: string): string | undefined =>
    path === place ? '' : path.startsWith(`${place}/`) ? path.slice(place.length + 1) : undefined
  const isAbove = (path: string): boolean => path === '' || place.startsWith(`${path}/`)
  const root = tree.node('')
  const above = { ...DIRECTORY, uid: root?.uid ?? 0, gid: root?.gid ?? 0 }
  const below = (path: string): string => inner(path) ?? '\0'
  return {
    name: tree.name,
    node: (path) => {
      const own = inner(path)
      return own === undefined ? (isAbove(path) ? above : undefined) : tree.node(own)
    },
    entries: (path) => tree.entries(below(path)),
    target: (path) => tree.target(below(path)),
    text: (path, limit) => tree.text(below(path), limit),
    bytes: (path, offset, length) => tree.bytes(below(path), offset, length),
    attributes: (path) => tree.attributes(below(path)),
    onDisk: (path) => tree.onDisk(below(path)),
  }
}

const without = (place: string, path: string): string => (path === place ? '' : path.slice(place.length + 1))

const movedFix = (place: string, fix: Fix): Fix => ({
  ...fix,
  path: without(place, fix.path),
  ...('to' in fix ? { to: without(place, fix.to) } : {}),
})

const moved = (place: string, more: More): More => ({
  ...more,
  fixes: (more.fixes ?? []).map((fix) => movedFix(place, fix)),
})

/** `/srv/root/etc/voa` is the one of /etc; a directory of another name what a vendor ships. */
const placeOf = (name: string): string => LOAD_PATHS.find((one) => `/${name}`.endsWith(`/${one}`)) ?? 'usr/share/voa'

const hasRelease = (tree: Tree, directory: string): boolean =>
  tree.entries(directory).some(({ name }) => name.startsWith('extension-release.'))

/** An extension says what it is by where its extension-release file lies. */
const holderOf = (tree: Tree): Holder => {
  if (hasRelease(tree, 'usr/lib/extension-release.d')) return 'sysext'
  return hasRelease(tree, 'etc/extension-release.d') ? 'confext' : 'os'
}

/** `subject` is `''`: one load path alone, or a tree, of which nothing else is looked at. */
export const checkVoaDirectory = (check: Check): void => {
  const { tree, report } = check
  if (['etc', 'run', 'usr'].some((name) => tree.node(name)?.kind === 'directory')) {
    checkVerifiers(check, holderOf(tree))
    return
  }
  const place = placeOf(tree.name)
  checkLoadPath(
    {
      ...check,
      tree: placedAt(place, tree),
      report: (rule, path, message, more = {}) => report(rule, without(place, path), message, moved(place, more)),
    },
    place,
    undefined,
  )
}

export const isVoaDirectory = (tree: Tree, subject: string): boolean => subject === '' && looksLikeLoadPath(tree, '')
