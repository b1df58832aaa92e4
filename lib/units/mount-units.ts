import type { ImageType } from '../extensions/image.ts'
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
import {
  escapeSpecifiers,
  line,
  overlayOptions,
  plainLine,
  quoteWord,
  section,
  unitNames,
  words,
} from '../systemd/unit.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { requires, unitFile } from '../systemd/unit-set.ts'

const TITLE = { sysext: 'System extensions', confext: 'Configuration extensions' } as const

const DOCUMENTATION = line('Documentation', 'man:mount-generator(8)')

/**
 * The lines of [Unit] that keep a tenant's mount out of the boot: no Before=local-fs.target, so that its failure costs the
 * tenant alone, systemd.mount(5) "Default Dependencies"; gone when the tenant stops and at shutdown.
 */
const apart = (id: string, before: string): string =>
  plainLine('DefaultDependencies', 'no') +
  plainLine('PartOf', tenantService(id)) +
  plainLine('Conflicts', 'umount.target') +
  plainLine('Before', `${before} umount.target`)

interface Mount {
  readonly what: string
  readonly where: string
  readonly type: string
  readonly options: string
}

/** [Mount], of text that needs no escaping any more. */
const mount = ({ what, where, type, options }: Mount): string =>
  section(
    'Mount',
    plainLine('What', what) + plainLine('Where', where) + plainLine('Type', type) + plainLine('Options', options),
  )

const isTree = ({ image }: Layer): boolean => image === undefined

const overlay = (id: string, { kind, layers, base }: Stack, mutable: boolean): string => {
  const images = layers.filter((layer) => !isTree(layer)).map(({ name }) => mountUnit(imageDir(id, kind, name)))
  const trees = layers.filter(isTree).map(({ lower }) => lower)
  const needs = [layersService(id), ...images].join(' ')
  // No name of an extension holds what a unit file cannot, or it would have been left out.
  const options = overlayOptions({
    lower: [...layers.map(({ lower }) => lower), base],
    upper: mutable ? { dir: upperDir(id, kind), work: workDir(id, kind) } : undefined,
  })
  const unit =
    plainLine('Description', `${TITLE[kind]} of tenant ${id}`) +
    DOCUMENTATION +
    plainLine('SourcePath', extensionDir(id, kind)) +
    apart(id, tenantService(id)) +
    plainLine('Requires', needs) +
    plainLine('After', needs) +
    plainLine('RequiresMountsFor', [tenantDir(id), ...trees.map(quoteWord), base].join(' '))
  return (
    section('Unit', unit) +
    mount({ what: 'overlay', where: mergedDir(id, kind), type: 'overlay', options: escapeSpecifiers(options) })
  )
}

const BOUND_OPTIONS = 'bind,ro,nosymfollow,nodev,nosuid'

/** Race-free: whatever a guest makes of its tree later, the kernel follows no link through this mount, mount(8). */
const bound = (id: string): string => {
  const unit =
    plainLine('Description', `Root file system of tenant ${id} below its extensions`) +
    DOCUMENTATION +
    apart(id, tenantService(id)) +
    plainLine('RequiresMountsFor', rootfs(id))
  return (
    section('Unit', unit) + mount({ what: rootfs(id), where: boundRootfs(id), type: 'none', options: BOUND_OPTIONS })
  )
}

const LOOP_MODULE = 'modprobe@loop.service'

const image = (id: string, kind: Stack['kind'], { name, path }: Layer, type: ImageType): string => {
  // The kernel mounts an erofs file itself; squashfs needs a loop device.
  const loop = type === 'squashfs'
  const unit =
    line('Description', `Extension image ${name} of tenant ${id}`) +
    DOCUMENTATION +
    line('SourcePath', path) +
    apart(id, layersService(id)) +
    // Without default dependencies it would start before the journal and the device nodes of loop devices.
    line('After', unitNames(['sysinit.target', ...(loop ? [LOOP_MODULE] : [])])) +
    line('Wants', loop ? LOOP_MODULE : undefined) +
    line('RequiresMountsFor', words([path]))
  const options = loop ? 'loop,ro,nodev,nosuid' : 'ro,nodev,nosuid'
  return (
    section('Unit', unit) +
    mount({ what: escapeSpecifiers(path), where: escapeSpecifiers(imageDir(id, kind, name)), type, options })
  )
}

/** Of one class: its images, the overlay, and the edge that makes the tenant wait for it. */
const stackUnits = (id: string, stack: Stack, mutable: boolean): UnitSet => {
  const name = mountUnit(mergedDir(id, stack.kind))
  const images = stack.layers.flatMap((layer) =>
    layer.image === undefined
      ? []
      : [unitFile(mountUnit(imageDir(id, stack.kind, layer.name)), image(id, stack.kind, layer, layer.image))],
  )
  return [...images, unitFile(name, overlay(id, stack, mutable)), requires(tenantService(id), name)]
}

/** Everything that mount-generator writes for one tenant. RequiresMountsFor= of an overlay finds the bound tree by its path. */
export const mountUnits = (id: string, stacks: readonly Stack[], mutable: boolean): UnitSet => [
  ...(stacks.some(({ overRootfs }) => overRootfs) ? [unitFile(mountUnit(boundRootfs(id)), bound(id))] : []),
  ...stacks.flatMap((stack) => stackUnits(id, stack, mutable)),
]
