import type { Layer, Stack } from '../extensions/stack.ts'
import { layersService, mountUnit, tenantService } from '../layout/names.ts'
import {
  boundRootfs,
  extensionDir,
  imageDir,
  mergedDir,
  rootfs,
  tenantDir,
  upperDir,
  workDir,
} from '../layout/paths.ts'
import type { Section, Unit } from '../systemd/unit.ts'
import { overlayOptions, unitNames, words } from '../systemd/unit.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { requires, unitFile } from '../systemd/unit-set.ts'

const TITLE = { sysext: 'System extensions', confext: 'Configuration extensions' } as const

/**
 * The [Unit] part that keeps a tenant's mount out of the boot: no Before=local-fs.target, so that its failure costs the
 * tenant alone, systemd.mount(5) "Default Dependencies"; gone when the tenant stops and at shutdown.
 */
const apart = (id: string, before: string): Section => ({
  DefaultDependencies: false,
  PartOf: tenantService(id),
  Conflicts: 'umount.target',
  Before: unitNames([before, 'umount.target']),
})

const overlay = (id: string, { kind, layers, base }: Stack, mutable: boolean): Unit => {
  const images = layers
    .filter(({ image }) => image !== undefined)
    .map(({ name }) => mountUnit(imageDir(id, kind, name)))
  const trees = layers.filter(({ image }) => image === undefined).map(({ lower }) => lower)
  const needs = [layersService(id), ...images]
  return {
    sections: {
      Unit: {
        Description: `${TITLE[kind]} of tenant ${id}`,
        Documentation: 'man:mount-generator(8)',
        SourcePath: extensionDir(id, kind),
        ...apart(id, tenantService(id)),
        Requires: unitNames(needs),
        After: unitNames(needs),
        RequiresMountsFor: words([tenantDir(id), ...trees, base]),
      },
      Mount: {
        What: 'overlay',
        Where: mergedDir(id, kind),
        Type: 'overlay',
        Options: overlayOptions({
          lower: [...layers.map(({ lower }) => lower), base],
          upper: mutable ? { dir: upperDir(id, kind), work: workDir(id, kind) } : undefined,
        }),
      },
    },
  }
}

/** Race-free: whatever a guest makes of its tree later, the kernel follows no link through this mount, mount(8). */
const bound = (id: string): Unit => ({
  sections: {
    Unit: {
      Description: `Root file system of tenant ${id} below its extensions`,
      Documentation: 'man:mount-generator(8)',
      ...apart(id, tenantService(id)),
      RequiresMountsFor: words([rootfs(id)]),
    },
    Mount: {
      What: rootfs(id),
      Where: boundRootfs(id),
      Type: 'none',
      Options: 'bind,ro,nosymfollow,nodev,nosuid',
    },
  },
})

const LOOP_MODULE = 'modprobe@loop.service'

const image = (id: string, kind: Stack['kind'], { name, path, image: type }: Layer): Unit => ({
  sections: {
    Unit: {
      Description: `Extension image ${name} of tenant ${id}`,
      Documentation: 'man:mount-generator(8)',
      SourcePath: path,
      ...apart(id, layersService(id)),
      // Without default dependencies it would start before the journal and the device nodes of loop devices.
      After: unitNames(['sysinit.target', ...(type === 'squashfs' ? [LOOP_MODULE] : [])]),
      Wants: type === 'squashfs' ? LOOP_MODULE : undefined,
      RequiresMountsFor: words([path]),
    },
    Mount: {
      What: path,
      Where: imageDir(id, kind, name),
      Type: type,
      // The kernel mounts an erofs file itself; squashfs needs a loop device.
      Options: type === 'squashfs' ? 'loop,ro,nodev,nosuid' : 'ro,nodev,nosuid',
    },
  },
})

/** Of one class: its images, the overlay, and the edge that makes the tenant wait for it. */
const stackUnits = (id: string, stack: Stack, mutable: boolean): UnitSet => {
  const name = mountUnit(mergedDir(id, stack.kind))
  const images = stack.layers.filter((layer) => layer.image !== undefined)
  return [
    ...images.map((layer) => unitFile(mountUnit(imageDir(id, stack.kind, layer.name)), image(id, stack.kind, layer))),
    unitFile(name, overlay(id, stack, mutable)),
    requires(tenantService(id), name),
  ]
}

/** Everything that mount-generator writes for one tenant. RequiresMountsFor= of an overlay finds the bound tree by its path. */
export const mountUnits = (id: string, stacks: readonly Stack[], mutable: boolean): UnitSet => [
  ...(stacks.some(({ overRootfs }) => overRootfs) ? [unitFile(mountUnit(boundRootfs(id)), bound(id))] : []),
  ...stacks.flatMap((stack) => stackUnits(id, stack, mutable)),
]
