import type { Reader, TextFile } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import type { JsonSource } from '../report/json-source.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import type { Tally } from '../report/tally.ts'
import { distrust } from './trust.ts'

/** What the registry says of one id, before anybody has looked at whether it makes sense. */
export interface Entry {
  readonly id: string
  readonly source: JsonSource
  /** As JSON.parse gave it; undefined when it could not be read, and then `problems` says why. */
  readonly value: unknown
  /** Errors of the entry as such. With one, the tenant is refused. */
  readonly problems: readonly Problem[]
}

/** By id. */
export type Entries = Map<string, Entry | 'masked'>

/** Where what one file or directory says goes. */
export interface Sink {
  readonly entries: Entries
  readonly tally: Tally
}

export const error = (file: string, message: string, hint?: string): Problem => ({
  severity: 'error',
  at: wholeFile(file),
  message,
  ...(hint === undefined ? {} : { hint }),
})

export const HINT_TRUST = (file: string): string => `chown root:root ${file} && chmod go-w ${file}`

/** Undefined when there is nothing; a problem when there is something that must not or cannot be read. */
export const readTrusted = (reader: Reader, file: string, limit: number): TextFile | Problem | undefined =>
  orElse<TextFile | Problem | undefined>(
    () => {
      const found = reader.readFile(file, limit)
      const reason = found === undefined ? undefined : distrust(found.stat, reader.owner)
      return reason === undefined ? found : error(file, `${reason}, ignoring the file`, HINT_TRUST(file))
    },
    ({ reason }) => error(file, `${reason}, ignoring it`),
  )

export const refusedEntry = (id: string, source: JsonSource, problem: Problem): Entry => ({
  id,
  source,
  value: undefined,
  problems: [problem],
})
