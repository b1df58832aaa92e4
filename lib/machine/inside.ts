import type { DirEntry, Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { resolveInside } from '../host/resolve.ts'

/** What a guest may have made of its tree is looked at without leaving it; what cannot be looked at is not there. */

const NOTHING: readonly DirEntry[] = []

export const entriesInside = (reader: Reader, tree: string, relative: string): readonly DirEntry[] =>
  orElse(
    () => reader.listInside(tree, relative) ?? NOTHING,
    () => NOTHING,
  )

export const hasFileInside = (reader: Reader, tree: string, relative: string): boolean =>
  orElse(
    () => resolveInside(reader, tree, relative)?.stat.kind === 'file',
    () => false,
  )
