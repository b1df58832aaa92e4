import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { provisionWish, RUNTIME_DIR } from '../layout/paths.ts'
import { isObject } from '../report/json-value.ts'

/** What an administrator asks of one run, beyond what every start asks; left for it by the command that starts it. */
export interface Wish {
  /** Whose answer it is, in the state. */
  readonly token: string
  /** Takes a commit that does not descend from the last one even where signatures are required. */
  readonly force: boolean
  /** The commit to go back to, or its beginning; empty for the one before. Undefined: no rollback. */
  readonly rollback?: string
}

const LARGEST = 4096

export const leaveWish = (host: Host, id: string, wish: Wish): void => {
  host.makeDir(RUNTIME_DIR)
  host.replaceFile(provisionWish(id), `${JSON.stringify(wish)}\n`, 0o600)
}

const parse = (text: string): Wish | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value) || typeof value.token !== 'string') return undefined
  const wish = { token: value.token, force: value.force === true }
  return typeof value.rollback === 'string' ? { ...wish, rollback: value.rollback } : wish
}

/** Undefined when nobody asked for anything. */
export const readWish = (host: Host, id: string): Wish | undefined =>
  orElse(
    () => {
      const found = host.readFile(provisionWish(id), LARGEST)
      return found === undefined ? undefined : parse(found.text)
    },
    () => undefined,
  )

/** Not before it was answered: who kills a run does not take the wish back. */
export const forgetWish = (host: Host, id: string): void => host.remove(provisionWish(id))
