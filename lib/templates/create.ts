import type { Host } from '../host/host.ts'
import { HostError, orElse } from '../host/host.ts'
import { accepts } from '../tenant/shape.ts'
import { newBeside, requireRoom } from './beside.ts'
import { addContents } from './contents.ts'
import { newPlan, type Plan, type Planned } from './planned.ts'
import { readTemplate, type Template, templatesHere } from './read.ts'
import { type TemplateType, templateShape } from './schema.ts'
import type { Limits } from './userland.ts'
import { writePlan } from './write-plan.ts'

/** A new template of somebody's own, made from one that is here. */

/** Larger files do not speak of their template. */
const LARGEST_TEXT = 256 << 10

const LIMITS: Limits = { files: 100_000, size: 1 << 30 }

const nameOfDirectory = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** What an extension is called in itself, without the class at the end of its directory's name. */
const stemOf = (name: string): string => name.replace(/\.(?:sysext|confext)$/, '')

/** A text in which another name stands wherever the one of the model did, in one go: the new may have the old in it. */
type Rename = (text: string) => string

const renaming = (from: string, to: string): Rename => {
  const pattern = new RegExp([from, stemOf(from)].map((one) => one.replaceAll('.', '\\.')).join('|'), 'g')
  return (text) => text.replace(pattern, (found) => (found === from ? to : stemOf(to)))
}

/** The first template of a type. Throws HostError when there is none. */
const modelOf = (host: Host, type: TemplateType): Template => {
  for (const dir of templatesHere(host).values()) {
    const read = readTemplate(host, dir)
    if ('metadata' in read && read.metadata.template.type === type) return read
  }
  throw new HostError(`a template of type '${type}'`, 'is not installed here, to be the model of a new one')
}

const renamed = (host: Host, entry: Planned, rename: Rename): Planned => {
  if (entry.kind === 'link') return { ...entry, target: rename(entry.target) }
  if (entry.kind !== 'file' || entry.size > LARGEST_TEXT) return entry
  const text = orElse(
    () => host.readFile(entry.source, LARGEST_TEXT)?.text ?? '',
    () => '',
  )
  const changed = rename(text)
  return changed === text ? entry : { kind: 'text', text: changed, mode: entry.mode }
}

/** The plan of a template with another name wherever its own stands, in paths, links and texts. */
const withName = (host: Host, model: Plan, rename: Rename): Plan => {
  const plan = newPlan()
  for (const [path, entry] of model.entries) plan.put('', rename(path), renamed(host, entry, rename))
  return plan
}

/** Makes a template of a type in a new directory, called as the directory is. Returns the name. Throws HostError. */
export const createTemplate = (host: Host, type: TemplateType, target: string): string => {
  const name = nameOfDirectory(target)
  const { name: shape } = templateShape.keys.template.keys
  if (!accepts(shape, name)) throw new HostError(target, `'${name}' is no name of a template: ${shape.words}`)
  requireRoom(host, target)
  const model = modelOf(host, type)
  const rename = renaming(model.metadata.template.name, name)
  const contents = newPlan()
  // Nothing is rendered: what is made is a template again.
  const unrendered = { ...model, metadata: { ...model.metadata, rendered: [] } }
  const [problem] = addContents(host, unrendered, new Map(), contents, LIMITS)
  if (problem !== undefined) throw new HostError(problem.at.file, problem.message)
  const beside = newBeside(host, target)
  try {
    host.makeDirMode(beside, 0o755)
    writePlan(host, withName(host, contents, rename), beside, () => {})
    host.rename(beside, target)
  } finally {
    host.remove(beside)
  }
  return name
}
