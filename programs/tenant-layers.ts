import { mountPart } from '../lib/converge/desired.ts'
import { checkTree } from '../lib/extensions/release.ts'
import { type Layer, readStacks, type Stack } from '../lib/extensions/stack.ts'
import type { Host } from '../lib/host/host.ts'
import { orElse } from '../lib/host/host.ts'
import { requireDirectory } from '../lib/host/require-directory.ts'
import { mountUnit } from '../lib/layout/names.ts'
import {
  boundRootfs,
  diskDir,
  emptyLayer,
  HIERARCHY,
  imageDir,
  imageLayer,
  layersDir,
  mergedDir,
  mountedRecord,
  noLayer,
  tenantDir,
  upperDir,
  workDir,
} from '../lib/layout/paths.ts'
import type { Main } from '../lib/program/main.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { tenantToRun } from '../lib/tenant/one.ts'
import { readInstalled } from '../lib/units/installed.ts'

/** The writable layer. It gives the merged directory its mode, so it is what /usr and /etc are: 0755. */
const makeWritable = (host: Host, id: string, { kind }: Stack): void => {
  const overlay = `${tenantDir(id)}/overlay`
  requireDirectory(host, overlay)
  host.makeDir(overlay)
  for (const [path, mode] of [
    [upperDir(id, kind), 0o755],
    [workDir(id, kind), 0o700],
  ] as const) {
    requireDirectory(host, path)
    host.makeDirMode(path, mode)
  }
}

/** A disk image may lack something of the host: then only its extension is lost, and not all that is laid over with it. */
const whyUnmounted = (host: Host, id: string, tree: string, { kind }: Stack, { name, image }: Layer) => {
  if (image?.disk === undefined || (host.readDir(tree)?.entries ?? []).length > 0) return undefined
  if (image.disk === 'verity' && host.stat('/sys/module/dm_verity') === undefined)
    return 'could not be mounted, and the kernel has no dm-verity'
  return `could not be mounted: systemctl status '${mountUnit(diskDir(id, kind, name))}'`
}

/** Why the image mounted for a layer must not be used. What is inside was nobody's business before it was mounted. */
const checkImage = (host: Host, id: string, tree: string, stack: Stack, layer: Layer): string | undefined =>
  orElse(
    () => whyUnmounted(host, id, tree, stack, layer) ?? checkTree(host, tree, layer.file, stack.kind, stack.release),
    ({ message }) => message,
  )

/** The overlay names a path for each image: here it is decided whether it leads to the image or to nothing. */
const linkImage = (host: Host, id: string, stack: Stack, layer: Layer): void => {
  const { kind } = stack
  const tree = imageDir(id, kind, layer.name)
  const why = checkImage(host, id, tree, stack, layer)
  const link = imageLayer(id, kind, layer.name)
  if (why === undefined) {
    host.symlink(`${tree}/${HIERARCHY[kind]}`, link)
    return
  }
  host.log('error', `${layer.path}: ${why}, leaving the extension out`)
  const nothing = noLayer(id, kind, layer.name)
  host.makeDir(nothing)
  host.symlink(nothing, link)
}

const prepare = (host: Host, id: string, stack: Stack, mutable: boolean): void => {
  if (mutable) makeWritable(host, id, stack)
  // Only links, and a mount keeps to where they led. Directories stay: an overlay that is not made anew may have them.
  host.remove(`${layersDir(id)}/${stack.kind}`)
  host.makeDir(`${layersDir(id)}/${stack.kind}`)
  for (const layer of stack.layers) {
    if (layer.image !== undefined) linkImage(host, id, stack, layer)
  }
}

/** What the overlays are about to be made of, for the manager: systemd does not tell it once a unit is loaded anew. */
const record = (host: Host, id: string, stacks: readonly Stack[]): void => {
  const units = stacks.flatMap(({ kind, layers }) => [
    mountUnit(mergedDir(id, kind)),
    mountUnit(boundRootfs(id)),
    ...layers.flatMap(({ name, image }) => [
      ...(image === undefined ? [] : [mountUnit(imageDir(id, kind, name))]),
      ...(image?.disk === undefined ? [] : [mountUnit(diskDir(id, kind, name))]),
    ]),
  ])
  const mounted = [...new Set(units)].flatMap((unit) => {
    const text = readInstalled(host, unit)?.text
    return text === undefined ? [] : [[unit, mountPart(text)]]
  })
  host.replaceFile(mountedRecord(id), `${JSON.stringify(Object.fromEntries(mounted), null, 2)}\n`, 0o644)
}

const start = tenantProgram('tenant-layers [--stop]', (host, id) => {
  const tenant = tenantToRun(host, id)
  host.makeDir(emptyLayer(id))
  const { value: stacks } = readStacks(host, tenant)
  for (const stack of stacks) prepare(host, id, stack, tenant.extensions.mutable)
  record(host, id, stacks)
  return 0
})

const stop = tenantProgram('tenant-layers --stop', (host, id) => {
  host.remove(layersDir(id))
  return 0
})

/** tenant-layers(8): everything that the overlay mounts need and systemd does not make. */
export const tenantLayers: Main = (host, args) => (args[0] === '--stop' ? stop(host, args.slice(1)) : start(host, args))
