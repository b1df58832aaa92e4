/** os-release(5), and the extension-release files that share its format. */

export type OsRelease = ReadonlyMap<string, string>

export type ParsedOsRelease =
  | { readonly values: OsRelease }
  /** `line` counts from 1. */
  | { readonly error: string; readonly line: number }

const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/

/** A shell-like value: unquoted, '…' or "…", with `\` before `"`, `$`, `\` and '`'. Undefined when a quote is left open. */
const unquote = (value: string): string | undefined => {
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
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const stripped = line.trim()
    if (stripped === '' || stripped.startsWith('#') || stripped.startsWith(';')) continue
    const found = ASSIGNMENT.exec(stripped)
    if (found === null) return { error: 'expected KEY=VALUE', line: index + 1 }
    const value = unquote(found[2] as string)
    if (value === undefined) return { error: `value of ${found[1]} has an unbalanced quote`, line: index + 1 }
    values.set(found[1] as string, value)
  }
  return { values }
}
