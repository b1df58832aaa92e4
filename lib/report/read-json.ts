import type { Reader } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { jsonText } from './json-text.ts'

/** A file as JSON, with its text for places; undefined where there is none. Throws HostError when it is something else. */
export const readJson = (
  reader: Pick<Reader, 'readFile'>,
  file: string,
  limit: number,
): { readonly value: unknown; readonly text: string } | undefined => {
  const found = reader.readFile(file, limit)
  if (found === undefined) return undefined
  try {
    return { value: JSON.parse(jsonText(found)), text: found.text }
  } catch {
    throw new HostError(file, 'is not valid JSON')
  }
}
