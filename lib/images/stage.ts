import type { Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import type { ExtensionClass } from '../layout/paths.ts'

/** Seconds. */
const PATIENCE = 3600

/**
 * A copy of the tree as it goes into the image, so that what was checked is what is in it. Owners and extended attributes
 * stay behind. What a umask does to a checkout must not show in a sysext, whose files everybody may read: others get what
 * the owner may, but for writing. In a confext or a machine a file that is for root alone may be a key, and keeps its mode.
 */
export const stage = (host: Host, from: string, to: string, kind: ExtensionClass | 'machine', epoch: number): void => {
  const copy = ['cp', '--recursive', '--no-dereference', '--preserve=mode,links', '--reflink=auto', '-T', '--']
  mustRun(host, [...copy, from, to], PATIENCE)
  if (kind === 'sysext') mustRun(host, ['chmod', '--recursive', 'u+rw,go=u,go-w', '--', to], PATIENCE)
  const touch = ['touch', '--no-dereference', `--date=@${epoch}`, '--']
  mustRun(host, ['find', to, '-exec', ...touch, '{}', '+'], PATIENCE)
}
