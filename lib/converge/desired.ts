import { isMachineUnit, mountPrefix, mountUnit, networkService, tenantService } from '../layout/names.ts'
import { boundRootfs, EXTENSION_CLASSES, imageClassDir, mergedDir } from '../layout/paths.ts'
import type { Rendered } from '../units/write.ts'

/** A mount as its unit file has it, with what systemd mounts: the text of [Mount]. */
export interface Mount {
  readonly unit: string
  readonly definition: string
}

/** The merged view of one class of extensions, and the mounts that it is made of. */
export interface Overlay extends Mount {
  /** The mount point. */
  readonly where: string
  readonly below: readonly Mount[]
}

export interface WantedMachine {
  readonly unit: string
  /** What it is to be started with; undefined where nobody can tell. */
  readonly fingerprint: string | undefined
}

/** What should run of a tenant that has its place on this host. */
export interface Desired {
  readonly id: string
  /** Without which there is no tenant, in the order in which they start. */
  readonly services: readonly string[]
  readonly overlays: readonly Overlay[]
  readonly machines: readonly WantedMachine[]
}

/** Only what is mounted, and how: what stands above it may be said in other words by the next version. */
export const mountPart = (text: string): string => text.slice(text.indexOf('\n[Mount]\n') + 1)

const mountOf = (files: ReadonlyMap<string, Rendered>, unit: string): readonly Mount[] => {
  const text = files.get(unit)?.text
  return text === undefined ? [] : [{ unit, definition: mountPart(text) }]
}

/** From what both generators write for the tenant. */
export const desiredOf = (
  id: string,
  rendered: readonly Rendered[],
  fingerprint: (unit: string) => string | undefined,
): Desired => {
  const files = new Map(rendered.map((file) => [file.path, file]))
  const bound = mountOf(files, mountUnit(boundRootfs(id)))
  const overlays = EXTENSION_CLASSES.flatMap((kind) => {
    const images = [...files.keys()].filter((unit) => unit.startsWith(mountPrefix(imageClassDir(id, kind))))
    const where = mergedDir(id, kind)
    return mountOf(files, mountUnit(where)).map((mount) => ({
      ...mount,
      where,
      below: [...bound, ...images.flatMap((unit) => mountOf(files, unit))],
    }))
  })
  const machines = rendered.filter(({ path, target }) => target !== undefined && isMachineUnit(path))
  return {
    id,
    services: [networkService(id), tenantService(id)],
    overlays,
    machines: machines.map(({ path: unit }) => ({ unit, fingerprint: fingerprint(unit) })),
  }
}
