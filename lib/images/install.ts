import { readImage } from '../extensions/image.ts'
import type { Host } from '../host/host.ts'
import { HostError, WRONG_KIND } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { requireDirectory } from '../host/require-directory.ts'
import { provisionService } from '../layout/names.ts'
import {
  EXTENSION_CLASSES,
  type ExtensionClass,
  extensionDir,
  extensionsLock,
  incomingDir,
  RUNTIME_DIR,
  tenantDir,
} from '../layout/paths.ts'
import { isError, type Problem } from '../report/problem.ts'
import { isProvisioned } from '../tenant/one.ts'
import type { Tenant } from '../tenant/tenant.ts'
import { judgeImage } from './judge.ts'
import { formatImageName, type ImageName, isExtensionName, parseImageName, suffixOf } from './name.ts'
import { type Shelf, shelfFor } from './store.ts'

export interface Installed {
  readonly class: ExtensionClass
  readonly name: string
  readonly version: string
  readonly file: string
  /** False where the same image was there. */
  readonly isNew: boolean
  /** The version that is taken now, and the one before; undefined where there was none. */
  readonly current: string | undefined
  readonly before: string | undefined
}

export interface Installation {
  readonly installed: readonly Installed[]
  readonly problems: readonly Problem[]
}

/** Seconds. */
const PATIENCE_COPY = 3600
const PATIENCE_LOCK = 30

/** An image whose name has been understood. */
interface Arrival {
  readonly from: string
  readonly kind: ExtensionClass
  readonly name: ImageName & { readonly version: string }
  readonly shelf: Shelf
  /** What it is going to be called. */
  readonly file: string
}

const classOf = (path: string, asked: ExtensionClass | undefined): ExtensionClass => {
  const said = EXTENSION_CLASSES.find((kind) => path.endsWith(`.${kind}.raw`))
  if (said !== undefined && asked !== undefined && said !== asked) throw new HostError(path, `is no ${asked}`)
  const kind = said ?? asked
  if (kind !== undefined) return kind
  throw new HostError(path, 'is called neither ….sysext.raw nor ….confext.raw: say which it is with --class')
}

const nameOf = (path: string, kind: ExtensionClass): Arrival['name'] => {
  const last = path.slice(path.lastIndexOf('/') + 1)
  const name = parseImageName(last.slice(0, last.length - suffixOf(last, kind).length))
  const { version } = name ?? {}
  if (!last.endsWith('.raw') || name === undefined || version === undefined || !isExtensionName(name.name))
    throw new HostError(path, `is not called NAME_VERSION.${kind}.raw, or NAME_VERSION_ARCHITECTURE.${kind}.raw`)
  return { ...name, version }
}

const arrivalOf = (host: Host, id: string, from: string, asked: ExtensionClass | undefined): Arrival => {
  const stat = host.stat(from)
  if (stat === undefined) throw new HostError(from, 'is not there')
  if (stat.kind !== 'file') throw new HostError(from, WRONG_KIND[stat.kind])
  const kind = classOf(from, asked)
  const name = nameOf(from, kind)
  const shelf = shelfFor(host, id, kind, name.name)
  return { from, kind, name, shelf, file: `${formatImageName(name)}${shelf.suffix}` }
}

/** By a name that says what it is to be, which has to agree with what it is. */
const copyOf = (id: string, { kind, name }: Arrival): string =>
  `${incomingDir(id, kind)}/${formatImageName({ ...name, tries: undefined })}.${kind}.raw`

/** Copies the image to where nobody looks for one, and looks at the copy: nobody else can change that any more. */
const bringIn = (host: Host, tenant: Tenant, arrival: Arrival): readonly Problem[] => {
  const { from, kind } = arrival
  const copy = copyOf(tenant.id, arrival)
  mustRun(host, ['cp', '--reflink=auto', '--sparse=auto', '--no-target-directory', '--', from, copy], PATIENCE_COPY)
  mustRun(host, ['chmod', '0644', '--', copy], PATIENCE_COPY)
  const found = readImage(host, copy)
  if ('reason' in found) throw new HostError(from, found.reason)
  return judgeImage(host, tenant, kind, copy, from)
}

/** Without the count of attempts: a version that was marked as bad is there all the same. */
const uncounted = (file: string, { suffix }: Shelf): string | undefined => {
  const name = file.endsWith(suffix) ? parseImageName(file.slice(0, file.length - suffix.length)) : undefined
  return name === undefined ? undefined : formatImageName({ ...name, tries: undefined })
}

/** One version has one content: whoever runs it has to get the same after a reboot. Undefined where it is not there. */
const findSame = (host: Host, { from, shelf, file }: Arrival): string | undefined => {
  const own = uncounted(file, shelf)
  const found = shelf.files.find((one) => uncounted(one, shelf) === own)
  if (found === undefined) return undefined
  const path = `${shelf.path}/${found}`
  if (host.run(['cmp', '--silent', '--', from, path], PATIENCE_COPY).status === 0) return path
  throw new HostError(path, `is this version with something else in it: give ${from} another version`)
}

/** The image has its name, or not: there is nothing in between. */
const putInPlace = (host: Host, id: string, arrival: Arrival): Installed => {
  const { kind, name, shelf, file } = arrival
  const before = shelfFor(host, id, kind, name.name).versions[0]?.version
  const same = findSame(host, arrival)
  const path = same ?? `${shelf.path}/${file}`
  if (same === undefined) {
    host.makeDirMode(shelf.path, 0o755)
    host.rename(copyOf(id, arrival), path)
    mustRun(host, ['sync', '--', shelf.path], PATIENCE_COPY)
  }
  const current = shelfFor(host, id, kind, name.name).versions[0]?.version
  return { class: kind, name: name.name, version: name.version, file: path, isNew: same === undefined, current, before }
}

const makeRoom = (host: Host, id: string, kinds: readonly ExtensionClass[]): void => {
  const extensions = `${tenantDir(id)}/extensions`
  for (const path of [extensions, ...kinds.map((kind) => extensionDir(id, kind))]) {
    requireDirectory(host, path)
    host.makeDirMode(path, 0o755)
  }
  for (const kind of kinds) {
    host.remove(incomingDir(id, kind))
    host.makeDirMode(incomingDir(id, kind), 0o700)
  }
}

const installLocked = (host: Host, tenant: Tenant, arrivals: readonly Arrival[]): Installation => {
  const { id } = tenant
  const kinds = EXTENSION_CLASSES.filter((kind) => arrivals.some((one) => one.kind === kind))
  try {
    makeRoom(host, id, kinds)
    const problems = arrivals.flatMap((arrival) => bringIn(host, tenant, arrival))
    if (problems.some(isError)) return { installed: [], problems }
    for (const kind of kinds) mustRun(host, ['sync', '--file-system', '--', incomingDir(id, kind)], PATIENCE_COPY)
    return { installed: arrivals.map((arrival) => putInPlace(host, id, arrival)), problems }
  } finally {
    for (const kind of kinds) host.remove(incomingDir(id, kind))
  }
}

/** Images become versions of a tenant's extensions, once all of them were found good. What is mounted stays. Throws HostError. */
export const installImages = (
  host: Host,
  tenant: Tenant,
  files: readonly string[],
  asked: ExtensionClass | undefined,
): Installation => {
  const { id } = tenant
  if (!isProvisioned(host, id))
    throw new HostError(tenantDir(id), `is not there yet: systemctl start ${provisionService(id)}`)
  host.makeDir(RUNTIME_DIR)
  return host.withLock(extensionsLock(id), PATIENCE_LOCK, () =>
    installLocked(
      host,
      tenant,
      files.map((file) => arrivalOf(host, id, file, asked)),
    ),
  )
}
