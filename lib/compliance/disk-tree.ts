import type { Host, Scanned } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { below, type Node, nameOf, parentOf, type Tree } from './tree.ts'

/** In a sorted list. */
const find = (list: readonly Scanned[], name: string): Scanned | undefined => {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] as Scanned).name < name) low = middle + 1
    else high = middle
  }
  return list[low]?.name === name ? list[low] : undefined
}

/**
 * The directory `base` as a tree. Each directory is listed once and remembered, so that what was looked at twice was the same.
 * Links are not followed by anything here: a directory is reached by its real path or not at all.
 */
export const diskTree = (host: Host, base: string, name: string): Tree => {
  const lists = new Map<string, readonly Scanned[]>()
  const attributes = new Map<string, ReadonlyMap<string, string>>()
  const real = (path: string): string => (path === '' ? base : `${base}/${path}`)

  const entries = (path: string): readonly Scanned[] => {
    const known = lists.get(path)
    if (known !== undefined) return known
    const list = orElse<readonly Scanned[]>(
      () => host.scanInside(base, path) ?? [],
      (error) => {
        if (path === '' || node(path)?.kind === 'directory') throw error
        return []
      },
    )
    lists.set(path, list)
    return list
  }

  const node = (path: string): Node | undefined => {
    if (path === '') {
      // Of the root nothing but its kind and modes is asked.
      const stat = host.readDir(base)?.stat
      return stat === undefined ? undefined : { ...stat, links: 1, device: '' }
    }
    return find(entries(parentOf(path)), nameOf(path))
  }

  const file = (path: string): boolean => node(path)?.kind === 'file'

  return {
    name,
    node,
    entries,
    target: (path) => host.readLink(real(path)),
    text: (path, limit) => (file(path) ? host.readFile(real(path), limit)?.text : undefined),
    bytes: (path, offset, length) => (file(path) ? host.readBytes(real(path), offset, length) : new Uint8Array()),
    onDisk: real,
    attributes: (path) => {
      const known = attributes.get(path)
      if (known !== undefined) return known
      // All of a directory at once: on one of the engines each question is a process.
      const all = path === '' ? [''] : entries(parentOf(path)).map((entry) => below(parentOf(path), entry.name))
      for (const [index, list] of host.attributes(all.map(real)).entries())
        attributes.set(all[index] as string, new Map(list))
      return attributes.get(path) ?? new Map<string, string>()
    },
  }
}
