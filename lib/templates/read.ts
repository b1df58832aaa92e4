import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { TEMPLATE_DIRS, templateMetadata } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import { jsonText } from '../report/json-text.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { readMetadata } from '../tenant/metadata.ts'
import { type TemplateMetadata, templateShape } from './schema.ts'

const FILE = 'metadata.json'

/** A template that makes sense. */
export interface Template {
  readonly dir: string
  readonly metadata: TemplateMetadata
  /** Its metadata.json, called as messages shall call it. */
  readonly source: JsonSource
}

/**
 * What a template in a directory says of itself. `dir` may be anybody's: nothing outside of it is read. `shown` is what
 * messages call it.
 */
export const readTemplate = (
  reader: Reader,
  dir: string,
  shown = dir,
): Template | { readonly problems: readonly Problem[] } => {
  const file = `${shown}/${FILE}`
  let text = ''
  const read = readMetadata(templateShape, file, (limit) => {
    const found = reader.readFileInside(dir, FILE, limit)
    text = found === undefined ? '' : jsonText(found)
    return found
  })
  if ('problems' in read) return read
  if (read.metadata !== undefined) return { dir, metadata: read.metadata, source: { file, text, path: [] } }
  return { problems: [{ severity: 'error', at: wholeFile(file), message: 'is not there, so this is no template' }] }
}

const isTemplate = (reader: Reader, dir: string, name: string): boolean =>
  orElse(
    () => reader.stat(templateMetadata(name, dir)) !== undefined,
    () => false,
  )

const namesIn = (reader: Reader, dir: string): readonly string[] =>
  orElse(
    () => (reader.readDir(dir)?.entries ?? []).map(({ name }) => name),
    () => [],
  )

/** The directories of all templates that have a name here, sorted by that. */
export const templatesHere = (reader: Reader): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const dir of TEMPLATE_DIRS)
    for (const name of namesIn(reader, dir))
      if (!found.has(name) && isTemplate(reader, dir, name)) found.set(name, `${dir}/${name}`)
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}
