import { isBesideName } from '../compliance/sysext/sysext.ts'
import type { Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import type { ExtensionClass } from '../layout/paths.ts'

/** Seconds. */
const PATIENCE = 3600

/** Of an extension, what belongs to its source and not to it: a `.git`, a README, a template's metadata.json. */
const contentsOf = (host: Host, from: string, kind: ExtensionClass | 'machine'): readonly string[] =>
  (host.readDir(from)?.entries ?? [])
    .filter(({ name }) => kind === 'machine' || !isBesideName(name))
    .map(({ name }) => `${from}/${name}`)

/**
 * A copy of the tree as it goes into the image, so that what was checked is what is in it. Owners and extended attributes
 * stay behind. What a umask does to a checkout must not show in a sysext, whose files everybody may read: others get what
 * the owner may, but for writing. In a confext or a machine a file that is for root alone may be a key, and keeps its mode.
 */
export const stage = (host: Host, from: string, to: string, kind: ExtensionClass | 'machine', epoch: number): void => {
  const contents = contentsOf(host, from, kind)
  const copy = ['cp', '--recursive', '--no-dereference', '--preserve=mode,links', '--reflink=auto']
  host.makeDirMode(to, 0o755)
  if (contents.length > 0) mustRun(host, [...copy, `--target-directory=${to}`, '--', ...contents], PATIENCE)
  if (kind === 'sysext') mustRun(host, ['chmod', '--recursive', 'u+rw,go=u,go-w', '--', to], PATIENCE)
  const touch = ['touch', '--no-dereference', `--date=@${epoch}`, '--']
  mustRun(host, ['find', to, '-exec', ...touch, '{}', '+'], PATIENCE)
}
