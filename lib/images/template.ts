import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { readTemplate } from '../templates/read.ts'
import type { TemplateMetadata } from '../templates/schema.ts'

/** Throws HostError for a template that has values to be filled in, or programs to be taken from a host. */
export const requireFilledIn = (dir: string, { instance, rendered, userland }: TemplateMetadata): void => {
  if (instance !== undefined || ((rendered ?? []).length === 0 && userland === undefined)) return
  throw new HostError(dir, `is a template that is not filled in: bitbuilder template instantiate ${dir} NEW-DIRECTORY`)
}

/** The same for a tree that may be one. What calls itself metadata.json and is something else says nothing. */
export const requireNoTemplate = (reader: Reader, dir: string): void => {
  if (reader.stat(`${dir}/metadata.json`)?.kind !== 'file') return
  const read = readTemplate(reader, dir)
  if (!('problems' in read)) requireFilledIn(dir, read.metadata)
}
