import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import type { ExtensionClass } from '../layout/paths.ts'
import { isError, type Problem } from '../report/problem.ts'
import { ddiDefinitions } from './ddi.ts'
import { type Destination, destinationOf } from './destination.ts'
import { chooseFormat, type Fixed, type Format, PLAIN } from './formats.ts'
import { measure } from './measure.ts'
import type { Progress } from './progress.ts'
import { makeDisk, type SigningKey } from './repart.ts'
import { readSource, type Source } from './source.ts'
import { stage } from './stage.ts'
import { failureOf } from './tools.ts'
import { uuidOf } from './uuid.ts'

export interface BuildOptions {
  readonly dir: string
  readonly out: string
  readonly kind: ExtensionClass | undefined
  readonly format: string | undefined
  readonly version: string | undefined
  readonly key: SigningKey | undefined
}

export interface Built {
  readonly file: string
  readonly kind: ExtensionClass
  readonly name: string
  readonly version: string | undefined
  readonly architecture: string | undefined
  readonly format: Format
  /** In bytes. */
  readonly size: number
  readonly sha256: string
  /** That of dm-verity. */
  readonly roothash: string | undefined
  readonly signed: boolean
}

/** What was wrong, and what was made if that was no error. */
export interface Outcome {
  readonly built: Built | undefined
  readonly problems: readonly Problem[]
}

/** Seconds. */
const PATIENCE = 7200
const PATIENCE_SYNC = 600
/** Another build of the same image is not waited for. */
const PATIENCE_LOCK = 0.1

/**
 * Seconds since 1970 for everything in the image. The newest file would be another one in every checkout, so without a word
 * of reproducible-builds.org it is the first second, which is no 0 that somebody takes for "unknown".
 */
const epochOf = (host: Host): number => {
  const said = host.env('SOURCE_DATE_EPOCH')
  if (said === undefined || said === '') return 1
  if (!/^[0-9]{1,10}$/.test(said) || Number(said) > 0xffff_ffff)
    throw new HostError('$SOURCE_DATE_EPOCH', `'${said}' is no number of seconds that an image can hold`)
  return Number(said)
}

interface Task extends Fixed {
  readonly host: Host
  readonly source: Source
  readonly format: Format
  readonly destination: Destination
  readonly key: SigningKey | undefined
  readonly progress: Progress
  /** A directory beside the image, for what is being made. No program takes a name that begins with `.#` for an image. */
  readonly work: string
}

/** Makes the image in the work directory; the root hash if it has one. */
const makeImage = (task: Task, tree: string, image: string): string | undefined => {
  const { host, format, source, key, progress, work, destination } = task
  if (format === 'ddi') {
    const definitions = `${work}/definitions`
    host.makeDir(definitions)
    for (const [name, text] of ddiDefinitions(source, destination.version, key !== undefined))
      host.createFile(`${definitions}/${name}`, text)
    const made = makeDisk(host, { ...task, definitions, tree, image }, progress)
    return made.find(({ roothash }) => roothash !== undefined)?.roothash
  }
  const command = PLAIN[format](tree, image, task)
  const finished = progress.run(host, `making ${destination.file}`, command, PATIENCE, image)
  if (finished.status !== 0) throw failureOf([format], finished)
  return undefined
}

const digestOf = (host: Host, file: string): string =>
  mustRun(host, ['sha256sum', '--', file], PATIENCE_SYNC).replace(/^\\/, '').split(' ')[0] ?? ''

/** Whole when it has its name, and on the disk. */
const make = (task: Task): Built => {
  const { host, source, format, destination, key, work } = task
  const [tree, image] = [`${work}/${source.name}`, `${work}/image.raw`]
  for (const left of [tree, image, `${work}/definitions`]) host.remove(left)
  stage(host, source.dir, tree, source.kind, task.epoch)
  const roothash = makeImage(task, tree, image)
  mustRun(host, ['chmod', '0644', '--', image], PATIENCE_SYNC)
  mustRun(host, ['sync', '--', image], PATIENCE_SYNC)
  const file = `${destination.directory}/${destination.file}`
  const size = host.stat(image)?.size ?? 0
  const sha256 = digestOf(host, image)
  host.rename(image, file)
  const { kind, name, architecture } = source
  const { version } = destination
  return { file, kind, name, version, architecture, format, size, sha256, roothash, signed: key !== undefined }
}

/** Makes an extension image of a tree that is in order. Throws HostError. */
export const buildImage = (host: Host, options: BuildOptions, progress: Progress): Outcome => {
  const epoch = epochOf(host)
  const source = readSource(host, options.dir, options.kind)
  const destination = destinationOf(host, options.out, source, options.version)
  const format = chooseFormat(host, options.format)
  if (options.key !== undefined && format !== 'ddi')
    throw new HostError('--private-key', 'signs the root hash of dm-verity, which only --format=ddi has')
  const { problems } = measure(host, source.dir)
  if (problems.some(isError)) return { built: undefined, problems }
  const uuid = uuidOf(source.kind, source.name, destination.version ?? '', source.architecture ?? '')
  const work = `${destination.directory}/.#${destination.file}.work`
  const task: Task = { host, source, format, destination, key: options.key, progress, epoch, uuid, work }
  host.makeDir(work)
  const built = host.withLock(`${work}/lock`, PATIENCE_LOCK, () => {
    try {
      return make(task)
    } finally {
      host.remove(work)
    }
  })
  return { built, problems }
}
