import { checkTree } from '../lib/extensions/release.ts'
import { type Layer, readStacks, type Stack } from '../lib/extensions/stack.ts'
import type { Host } from '../lib/host/host.ts'
import { orElse } from '../lib/host/host.ts'
import { requireDirectory } from '../lib/host/require-directory.ts'
import {
  emptyLayer,
  HIERARCHY,
  imageDir,
  imageLayer,
  layersDir,
  tenantDir,
  upperDir,
  workDir,
} from '../lib/layout/paths.ts'
import type { Main } from '../lib/program/main.ts'
import { tenantProgram } from '../lib/program/tenant-program.ts'
import { tenantToRun } from '../lib/tenant/one.ts'

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

/** Why the image mounted for a layer must not be used. What is inside was nobody's business before it was mounted. */
const checkImage = (host: Host, tree: string, file: string, { kind, release }: Stack): string | undefined =>
  orElse(
    () => checkTree(host, tree, file, kind, release),
    ({ message }) => message,
  )

/** The overlay names a path for each image: here it is decided whether it leads to the image or to nothing. */
const linkImage = (host: Host, id: string, stack: Stack, layer: Layer): void => {
  const { kind } = stack
  const tree = imageDir(id, kind, layer.name)
  const why = checkImage(host, tree, layer.file, stack)
  const link = imageLayer(id, kind, layer.name)
  if (why === undefined) {
    host.symlink(`${tree}/${HIERARCHY[kind]}`, link)
    return
  }
  host.log('error', `${layer.path}: ${why}, leaving the extension out`)
  // An empty directory for each: the kernel refuses an overlay that has the same layer twice.
  host.makeDir(link)
}

const prepare = (host: Host, id: string, stack: Stack, mutable: boolean): void => {
  if (mutable) makeWritable(host, id, stack)
  host.makeDir(`${layersDir(id)}/${stack.kind}`)
  for (const layer of stack.layers) {
    if (layer.image !== undefined) linkImage(host, id, stack, layer)
  }
}

const start = tenantProgram('tenant-layers [--stop]', (host, id) => {
  const tenant = tenantToRun(host, id)
  host.remove(layersDir(id))
  host.makeDir(emptyLayer(id))
  for (const stack of readStacks(host, tenant).value) prepare(host, id, stack, tenant.extensions.mutable)
  return 0
})

const stop = tenantProgram('tenant-layers --stop', (host, id) => {
  host.remove(layersDir(id))
  return 0
})

/** tenant-layers(8): everything that the overlay mounts need and systemd does not make. */
export const tenantLayers: Main = (host, args) => (args[0] === '--stop' ? stop(host, args.slice(1)) : start(host, args))
