import type { Host } from '../../../lib/host/host.ts'
import { HostError } from '../../../lib/host/host.ts'
import type { CaseNode } from '../../support/golden-case.ts'

/** A host that sees a given tree. */
export interface World extends AsyncDisposable {
  readonly host: Host
  /** Where the host reads a path of the tree. */
  read(path: string): string
  /** Where it writes it: $BITBUILDER_ROOT moves reading alone. */
  write(path: string): string
}

/** Makes a world with this tree, parents before children; a link's target that begins with `@` is absolute in that world. */
export type MakeWorld = (tree: Readonly<Record<string, CaseNode>>) => Promise<World>

export const text = (content: string): CaseNode => ({ kind: 'file', bytes: Buffer.from(content) })
export const link = (target: string): CaseNode => ({ kind: 'link', target })
export const directory: CaseNode = { kind: 'directory' }

/** What `work` threw: its path and reason, or its own self when it is no HostError. */
export const refusal = (work: () => unknown): readonly [string, string] | unknown => {
  try {
    return work()
  } catch (thrown) {
    return thrown instanceof HostError ? [thrown.path, thrown.reason] : thrown
  }
}
