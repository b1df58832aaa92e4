/** The disk of a virtual machine: its `disk-image` by its `repart.d`, as tenant-machine-template has them. */

import type { Host, Reader } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { isError } from '../report/problem.ts'
import { readTemplate } from '../templates/read.ts'
import type { BuildOptions, Built, Outcome } from './build.ts'
import { checkDefinition, DEFINITIONS, readDefinitions, valuesOf } from './definitions.ts'
import { measure } from './measure.ts'
import { isVersion } from './name.ts'
import type { Progress } from './progress.ts'
import { makeDisk } from './repart.ts'
import { stage } from './stage.ts'
import { requireFilledIn } from './template.ts'
import { requireTool, type Tool } from './tools.ts'
import { uuidOf } from './uuid.ts'
import { epochOf, inWorkDirectory, publish, requireApart } from './work.ts'

const TREE = 'disk-image'

const isDirectory = (reader: Reader, path: string): boolean =>
  orElse(
    () => reader.readDir(path) !== undefined,
    () => false,
  )

/** Whether a directory is a machine's, and no extension. */
export const isMachine = (reader: Reader, dir: string): boolean =>
  [TREE, DEFINITIONS].every((name) => isDirectory(reader, `${dir}/${name}`))

/** What fills partitions of a format. */
const TOOLS: Readonly<Record<string, readonly Tool[]>> = {
  vfat: ['mkfs.vfat', 'mcopy'],
  ext4: ['mkfs.ext4'],
  erofs: ['mkfs.erofs'],
  squashfs: ['mksquashfs'],
}

const requireTools = (host: Host, definitions: ReadonlyMap<string, string>): void => {
  const formats = new Set(valuesOf(definitions, 'Format'))
  for (const tool of new Set([...formats].flatMap((format) => TOOLS[format] ?? []))) requireTool(host, tool)
  requireTool(host, 'systemd-repart')
}

const refuseOthers = ({ kind, format, dir }: BuildOptions): void => {
  if (kind !== undefined) throw new HostError(`--class=${kind}`, `is for extensions, ${dir} is a machine`)
  if (format !== undefined && format !== 'ddi')
    throw new HostError(`--format=${format}`, `is for extensions, ${dir} is a machine, and its disk a ddi`)
}

/** `out` is a file, or a directory in which it gets a name. */
const placeOf = (reader: Reader, out: string, stem: string): { readonly directory: string; readonly file: string } => {
  const path = out.replace(/\/+$/, '') || '/'
  if (out.endsWith('/') || isDirectory(reader, path)) return { directory: path, file: `${stem}.raw` }
  if (!path.endsWith('.raw')) throw new HostError(path, "is not called '….raw', so systemd would not see it")
  const slash = path.lastIndexOf('/')
  return { directory: slash < 0 ? '.' : path.slice(0, slash) || '/', file: path.slice(slash + 1) }
}

interface Task {
  readonly options: BuildOptions
  readonly definitions: ReadonlyMap<string, string>
  readonly name: string
  readonly version: string
  readonly epoch: number
  readonly progress: Progress
}

const makeIn = (host: Host, { options, definitions, epoch, progress, ...task }: Task, work: string, file: string) => {
  const [tree, image, checked] = [`${work}/tree`, `${work}/image.raw`, `${work}/${DEFINITIONS}`]
  for (const left of [tree, image, checked]) host.remove(left)
  stage(host, `${options.dir}/${TREE}`, tree, 'machine', epoch)
  host.makeDir(checked)
  for (const [one, text] of definitions) host.createFile(`${checked}/${one}`, text)
  const uuid = uuidOf('machine', task.name, task.version)
  const made = makeDisk(host, { definitions: checked, tree, image, key: options.key, epoch, uuid }, progress)
  const roothash = made.find((partition) => partition.roothash !== undefined)?.roothash
  return { roothash, ...publish(host, image, file) }
}

const makeMachine = (host: Host, task: Task): Built => {
  const { options, name, version } = task
  const { directory, file } = placeOf(host, options.out, `${name}_${version}`)
  const path = `${directory}/${file}`
  requireApart(host, `${options.dir}/${TREE}`, directory)
  const made = inWorkDirectory(host, directory, file, (work) => makeIn(host, task, work, path))
  const what = { file: path, kind: 'machine', name, version, architecture: undefined, format: 'ddi' } as const
  return { ...what, ...made, signed: options.key !== undefined }
}

/** Makes the disk of a machine that is in order, the same bytes each time. Throws HostError. */
export const buildMachine = (host: Host, options: BuildOptions, progress: Progress): Outcome => {
  refuseOthers(options)
  const { dir } = options
  const epoch = epochOf(host)
  const read = readTemplate(host, dir)
  if ('problems' in read) return { built: undefined, problems: read.problems }
  requireFilledIn(dir, read.metadata)
  const { name } = read.metadata.template
  const version = options.version ?? read.metadata.template.version
  if (!isVersion(version)) throw new HostError(version, 'is no version: letters, digits, and . ~ ^ - only, UAPI.10')
  const definitions = readDefinitions(host, dir)
  const wrong = [...definitions].flatMap(([file, text]) => checkDefinition(`${dir}/${DEFINITIONS}/${file}`, text))
  const problems = [...wrong, ...measure(host, `${dir}/${TREE}`).problems]
  if (problems.some(isError)) return { built: undefined, problems }
  requireTools(host, definitions)
  return { built: makeMachine(host, { options, definitions, name, version, epoch, progress }), problems }
}
