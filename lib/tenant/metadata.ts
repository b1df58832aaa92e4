import type { TextFile } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import type { JsonSource } from '../report/json-source.ts'
import { syntaxProblem } from '../report/json-source.ts'
import { jsonText } from '../report/json-text.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { validate } from './check.ts'
import type { Infer, ObjectShape } from './shape.ts'

/** Far more than there is to say. A hostile one of these costs the small engine 5 ms, and a generator has two seconds for all. */
const LARGEST = 16 << 10

/** What a metadata.json says; undefined where there is none. */
export type Read<T> = { readonly metadata: T | undefined } | { readonly problems: readonly Problem[] }

const NOTHING: Read<never> = { metadata: undefined }

const parseMetadata = <S extends ObjectShape>(shape: S, file: string, text: string): Read<Infer<S>> => {
  const source: JsonSource = { file, text, path: [] }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problems: [syntaxProblem(file, text)] }
  }
  const checked = validate(shape, value, source)
  return 'problems' in checked ? checked : { metadata: checked.value }
}

export const readMetadata = <S extends ObjectShape>(
  shape: S,
  file: string,
  read: (limit: number) => TextFile | undefined,
): Read<Infer<S>> => {
  try {
    const found = read(LARGEST)
    return found === undefined ? NOTHING : parseMetadata(shape, file, jsonText(found))
  } catch (thrown) {
    if (!(thrown instanceof HostError)) throw thrown
    return { problems: [{ severity: 'error', at: wholeFile(thrown.path), message: thrown.reason }] }
  }
}
