import { isObjectId, problemsOf } from '../git/state.ts'
import type { Reader } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { APPLIED_FILE } from '../layout/paths.ts'
import { jsonText } from '../report/json-text.ts'
import { isObject } from '../report/json-value.ts'
import type { Problem } from '../report/problem.ts'

/** What the last run of infra-manager came to, `applied.json`. */
export interface Applied {
  /** `failed`: `problems` say why. */
  readonly state: 'applied' | 'failed'
  /** The revision whose extensions the VM has; missing before the first one. */
  readonly commit?: string
  /** The last revision whose provision.sh ran to its end, or that has none. */
  readonly provisioned?: string
  readonly problems: readonly Problem[]
}

const LARGEST = 1 << 20

const parse = (text: string): Applied | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const { commit, provisioned } = value
  return {
    state: value.state === 'applied' ? 'applied' : 'failed',
    ...(isObjectId(commit) ? { commit } : {}),
    ...(isObjectId(provisioned) ? { provisioned } : {}),
    problems: problemsOf(value.problems),
  }
}

/** Undefined before the first run, or when the file makes no sense: then all is done again. */
export const readApplied = (reader: Reader): Applied | undefined =>
  orElse(
    () => {
      const found = reader.readFile(APPLIED_FILE, LARGEST)
      return found === undefined ? undefined : parse(jsonText(found))
    },
    () => undefined,
  )
