import type { Image } from '../extensions/image.ts'
import type { Layer, Stack } from '../extensions/stack.ts'
import { layersService, mountUnit, tenantService } from '../layout/names.ts'
import {
  boundRootfs,
  diskDir,
  extensionDir,
  imageDir,
  mergedDir,
  rootfs,
  tenantDir,
  upperDir,
  workDir,
} from '../layout/paths.ts'
import {
  environment,
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
  /** Further lines. */
  readonly more?: string
}

/** [Mount], of text that needs no escaping any more. */
const mount = ({ what, where, type, options, more = '' }: Mount): string =>
  section(
    'Mount',
    plainLine('What', what) +
      plainLine('Where', where) +
      plainLine('Type', type) +
      plainLine('Options', options) +
      more,
  )

const isTree = ({ image }: Layer): boolean => image === undefined
const isDisk = ({ image }: Layer): boolean => image?.disk !== undefined

const overlay = (id: string, { kind, layers, base }: Stack, mutable: boolean): string => {
  const unitsOf = (sort: (layer: Layer) => boolean): readonly string[] =>
    layers.filter(sort).map(({ name }) => mountUnit(imageDir(id, kind, name)))
  const disks = unitsOf(isDisk)
  const trees = layers.filter(isTree).map(({ lower }) => lower)
  const needs = [layersService(id), ...unitsOf((layer) => !isTree(layer) && !isDisk(layer))]
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
    plainLine('Requires', needs.join(' ')) +
    // The kernel may lack what a disk image wants of it: tenant-layers leaves out what is not there.
    plainLine('Wants', disks.length === 0 ? undefined : disks.join(' ')) +
    plainLine('After', [...needs, ...disks].join(' ')) +
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

/** What a mount is of, where nothing else in [Mount] tells it. systemd passes over what begins with X-. */
const imageLine = (path: string): string => line('X-Image', path)

const DISK_MODULES = { plain: [LOOP_MODULE], verity: [LOOP_MODULE, 'modprobe@dm_mod.service'] } as const

/**
 * By systemd-dissect(1), which mounts read-only and nodev, and takes no other option. It is given the file system that we
 * have seen: it shall neither probe for others nor mount them.
 */
const disk = (
  id: string,
  kind: Stack['kind'],
  { name, path }: Layer,
  { type, disk: sort = 'plain' }: Image,
): string => {
  const modules = DISK_MODULES[sort]
  const unit =
    line('Description', `Disk image ${name} of tenant ${id}`) +
    DOCUMENTATION +
    line('SourcePath', path) +
    apart(id, layersService(id)) +
    line('After', unitNames(['sysinit.target', ...modules])) +
    line('Wants', unitNames(modules)) +
    line('RequiresMountsFor', words([path]))
  const more =
    line('Environment', environment({ SYSTEMD_DISSECT_FILE_SYSTEMS: type, SYSTEMD_DISSECT_FSTYPE_ROOT: type })) +
    // Without nosuid nobody else may get there.
    line('DirectoryMode', '0700') +
    imageLine(path)
  const where = escapeSpecifiers(diskDir(id, kind, name))
  return section('Unit', unit) + mount({ what: escapeSpecifiers(path), where, type: 'ddi', options: 'ro', more })
}

/** The same once more, with the options that every image has. */
const boundDisk = (id: string, kind: Stack['kind'], { name, path }: Layer): string => {
  const what = diskDir(id, kind, name)
  const needs = mountUnit(what)
  const unit =
    line('Description', `Extension image ${name} of tenant ${id}`) +
    DOCUMENTATION +
    line('SourcePath', path) +
    apart(id, layersService(id)) +
    line('Requires', unitNames([needs])) +
    line('After', unitNames([needs]))
  const where = escapeSpecifiers(imageDir(id, kind, name))
  const [type, options] = ['none', 'bind,ro,nodev,nosuid']
  return section('Unit', unit) + mount({ what: escapeSpecifiers(what), where, type, options, more: imageLine(path) })
}

const image = (id: string, kind: Stack['kind'], { name, path }: Layer, { type }: Image): string => {
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

const imageUnits = (id: string, kind: Stack['kind'], layer: Layer, found: Image): UnitSet => {
  const unit = mountUnit(imageDir(id, kind, layer.name))
  if (found.disk === undefined) return [unitFile(unit, image(id, kind, layer, found))]
  return [
    unitFile(mountUnit(diskDir(id, kind, layer.name)), disk(id, kind, layer, found)),
    unitFile(unit, boundDisk(id, kind, layer)),
  ]
}

/** Of one class: its images, the overlay, and the edge that makes the tenant wait for it. */
const stackUnits = (id: string, stack: Stack, mutable: boolean): UnitSet => {
  const name = mountUnit(mergedDir(id, stack.kind))
  const images = stack.layers.flatMap((layer) =>
    layer.image === undefined ? [] : imageUnits(id, stack.kind, layer, layer.image),
  )
  return [...images, unitFile(name, overlay(id, stack, mutable)), requires(tenantService(id), name)]
}

/** Everything that mount-generator writes for one tenant. RequiresMountsFor= of an overlay finds the bound tree by its path. */
export const mountUnits = (id: string, stacks: readonly Stack[], mutable: boolean): UnitSet => [
  ...(stacks.some(({ overRootfs }) => overRootfs) ? [unitFile(mountUnit(boundRootfs(id)), bound(id))] : []),
  ...stacks.flatMap((stack) => stackUnits(id, stack, mutable)),
]
