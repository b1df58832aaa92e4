import type { Base } from '../compliance/check.ts'
import { readBase } from '../compliance/verify.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { ExtensionClass } from '../layout/paths.ts'
import { isError, type Problem } from '../report/problem.ts'
import { ddiDefinitions } from './ddi.ts'
import { type Destination, destinationOf } from './destination.ts'
import { chooseFormat, type Fixed, type Format, PLAIN } from './formats.ts'
import { judgeDisk, judgeTree } from './judge.ts'
import { measure } from './measure.ts'
import type { Progress } from './progress.ts'
import { makeDisk, type SigningKey } from './repart.ts'
import { readSource, type Source } from './source.ts'
import { stage } from './stage.ts'
import { requireNoTemplate } from './template.ts'
import { failureOf } from './tools.ts'
import { uuidOf } from './uuid.ts'
import { epochOf, inWorkDirectory, publish, requireApart } from './work.ts'

export interface BuildOptions {
  readonly dir: string
  readonly out: string
  readonly kind: ExtensionClass | undefined
  readonly format: string | undefined
  readonly version: string | undefined
  readonly key: SigningKey | undefined
  /** A directory: what the extension is going to lie on. */
  readonly base: string | undefined
}

export interface Built {
  readonly file: string
  readonly kind: ExtensionClass | 'machine'
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

interface Task extends Fixed {
  readonly host: Host
  readonly source: Source
  readonly format: Format
  readonly destination: Destination
  readonly key: SigningKey | undefined
  readonly progress: Progress
  readonly base: Base | undefined
  /** A directory for what is being made. */
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
  const command = PLAIN[format](host, tree, image, task)
  const finished = progress.run(host, `making ${destination.file}`, command, PATIENCE, image)
  if (finished.status !== 0) throw failureOf([format], finished)
  return undefined
}

/** Nothing has its name that was not found good. */
const make = (task: Task): Outcome => {
  const { host, source, format, destination, key, work } = task
  const tree = `${work}/${source.name}`
  // By a name that says what it is: of a disk image nothing else tells whoever looks into it.
  const image = `${work}/${destination.file.replace(/(?:\.(?:sys|conf)ext)?\.raw$/, `.${source.kind}.raw`)}`
  for (const left of [tree, image, `${work}/definitions`]) host.remove(left)
  stage(host, source.dir, tree, source.kind, task.epoch)
  const problems = judgeTree(host, source, tree, task.base)
  if (problems.some(isError)) return { built: undefined, problems }
  const roothash = makeImage(task, tree, image)
  const file = `${destination.directory}/${destination.file}`
  const further = [...problems, ...(format === 'ddi' ? judgeDisk(host, image, file) : [])]
  if (further.some(isError)) return { built: undefined, problems: further }
  const finished = publish(host, image, file)
  const { kind, name, architecture } = source
  const { version } = destination
  const what = { file, kind, name, version, architecture, format }
  return { built: { ...what, ...finished, roothash, signed: key !== undefined }, problems: further }
}

/** Makes an extension image of a tree that is in order. Throws HostError. */
export const buildImage = (host: Host, options: BuildOptions, progress: Progress): Outcome => {
  const epoch = epochOf(host)
  requireNoTemplate(host, options.dir)
  const source = readSource(host, options.dir, options.kind)
  const destination = destinationOf(host, options.out, source, options.version)
  requireApart(host, source.dir, destination.directory)
  const format = chooseFormat(host, options.format)
  if (options.key !== undefined && format !== 'ddi')
    throw new HostError('--private-key', 'signs the root hash of dm-verity, which only --format=ddi has')
  const { problems } = measure(host, source.dir)
  if (problems.some(isError)) return { built: undefined, problems }
  const uuid = uuidOf(source.kind, source.name, destination.version ?? '', source.architecture ?? '')
  const base = options.base === undefined ? undefined : readBase(host, options.base)
  const task = { host, source, format, destination, key: options.key, progress, epoch, uuid, base }
  return inWorkDirectory(host, destination.directory, destination.file, (work) => make({ ...task, work }))
}
