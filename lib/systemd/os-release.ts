/** os-release(5), and the extension-release files that share its format. */

export type OsRelease = ReadonlyMap<string, string>

export type ParsedOsRelease =
  | { readonly values: OsRelease }
  /** `line` counts from 1. */
  | { readonly error: string; readonly line: number }

const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A shell-like value: unquoted, '…' or "…", with `\` before `"`, `$`, `\` and '`'. Undefined when a quote is left open. */
const unquote = (value: string): string | undefined => {
  if (!value.includes('"') && !value.includes("'") && !value.includes('\\')) return value
  const quote = value[0]
  if (quote !== '"' && quote !== "'")
    return value.includes('"') || value.includes("'") ? undefined : value.replace(/\\(.)/g, '$1')
  if (value.length < 2 || !value.endsWith(quote)) return undefined
  const inside = value.slice(1, -1)
  if (quote === "'") return inside.includes("'") ? undefined : inside
  if (/(^|[^\\])(\\\\)*"/.test(inside) || /(^|[^\\])(\\\\)*\\$/.test(inside)) return undefined
  return inside.replace(/\\(["$\\`])/g, '$1')
}

/** Later assignments win, as in a shell. A line that is none is an error: systemd leaves such an extension out. */
export const parseOsRelease = (text: string): ParsedOsRelease => {
  const values = new Map<string, string>()
  let number = 0
  for (const line of text.split('\n')) {
    number += 1
    const stripped = line.trim()
    if (stripped === '' || stripped.startsWith('#') || stripped.startsWith(';')) continue
    const end = stripped.indexOf('=')
    const key = stripped.slice(0, Math.max(end, 0))
    if (!KEY.test(key) || stripped.includes('\r')) return { error: 'expected KEY=VALUE', line: number }
    const value = unquote(stripped.slice(end + 1))
    if (value === undefined) return { error: `value of ${key} has an unbalanced quote`, line: number }
    values.set(key, value)
  }
  return { values }
}
