/** Patterns of paths in a tree: fnmatch(3) for each name, `**` for directories however deep, `{a,b}` multiplied out first. */

import { matcherOf } from '../systemd/fnmatch.ts'

const LONGEST = 255
/** Of one pattern, after its braces were multiplied out. */
const MOST_ALTERNATIVES = 64

/** `usr/lib{,64}/x` as `usr/lib/x` and `usr/lib64/x`; empty when braces are nested or not closed, or say too much. */
export const alternativesOf = (pattern: string): readonly string[] => {
  const open = pattern.indexOf('{')
  if (open < 0) return pattern.includes('}') ? [] : [pattern]
  const close = pattern.indexOf('}', open)
  const inner = pattern.slice(open + 1, close)
  if (close < 0 || inner.includes('{')) return []
  const rest = alternativesOf(pattern.slice(close + 1))
  const all = inner.split(',').flatMap((one) => rest.map((end) => pattern.slice(0, open) + one + end))
  return all.length > MOST_ALTERNATIVES ? [] : all
}

const isGoodName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[\u0000-\u001f\u007f\\]/.test(name)

/** `-usr/bin/vim` may match nothing, and is none the worse for it. */
export const mayBeMissing = (pattern: string): boolean => pattern.startsWith('-')

export const withoutDash = (pattern: string): string => (mayBeMissing(pattern) ? pattern.slice(1) : pattern)

/** Whether a text is a relative path that cannot climb out, or a pattern of such. */
export const isPattern = (text: string): boolean => {
  if (text.length > LONGEST) return false
  const all = alternativesOf(withoutDash(text))
  return all.length > 0 && all.every((one) => one.split('/').every(isGoodName))
}

export const hasWildcard = (text: string): boolean => /[*?[]/.test(text)

type Part = '**' | ((name: string) => boolean)

const matchesParts = (parts: readonly Part[], path: readonly string[]): boolean => {
  const [first, ...rest] = parts
  if (first === undefined) return path.length === 0
  if (first === '**') return matchesParts(rest, path) || (path.length > 0 && matchesParts(parts, path.slice(1)))
  return path.length > 0 && first(path[0] as string) && matchesParts(rest, path.slice(1))
}

/** Whether a path matches one of these patterns. */
export const pathMatcher = (patterns: readonly string[]): ((path: string) => boolean) => {
  const all = patterns
    .flatMap((pattern) => alternativesOf(withoutDash(pattern)))
    .map((one) => one.split('/').map((part): Part => (part === '**' ? part : matcherOf(part))))
  return (path) => {
    const names = path.split('/')
    return all.some((parts) => matchesParts(parts, names))
  }
}
