/** A value that is neither a list nor null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const LONGEST_SHOWN = 60

/** Somebody's password, in an address that something else is wrong with. */
const SECRET = /(:\/\/)[^/\s]*@/g

/** A key as it may be repeated in a message. */
export const showKey = (given: string): string => {
  const text = given.includes('://') ? given.replace(SECRET, '$1***@') : given
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

/** A value as it may be repeated in a message: short, on one line, and never walked into. */
export const show = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'an object'
  return showKey(JSON.stringify(value))
}
