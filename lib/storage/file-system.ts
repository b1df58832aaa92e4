import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { type Mount, readMounts } from '../host/mounts.ts'
import { isBelow } from '../layout/paths.ts'

const isAbove = (mountPoint: string, path: string): boolean => mountPoint === '/' || isBelow(path, mountPoint)

/** What a path without links lies on; undefined where nobody knows. Of mounts on the same place the last one is on top. */
export const fileSystemOf = (reader: Reader, path: string): Mount | undefined => {
  const mounts = orElse<readonly Mount[]>(
    () => readMounts(reader),
    () => [],
  )
  let best: Mount | undefined
  for (const one of mounts) {
    if (!isAbove(one.mountPoint, path)) continue
    if (best === undefined || one.mountPoint.length >= best.mountPoint.length) best = one
  }
  return best
}
