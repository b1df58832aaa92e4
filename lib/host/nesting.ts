const QUOTE = 0x22
const BACKSLASH = 0x5c

/** 1 for `[` and `{`, -1 for `]` and `}`. */
const step = (code: number): number => {
  const folded = code | 0x20
  return folded === 0x7b ? 1 : folded === 0x7d ? -1 : 0
}

/** `TextFile.nesting` of a text. */
export const nestingOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) inString = !inString
    else if (inString) at += code === BACKSLASH ? 1 : 0
    else depth += step(code)
    if (depth > deepest) deepest = depth
  }
  return deepest
}

/**
 * The same text, of the same length, in which everything that is nested deeper than `most` is a 0: places in it are
 * still those of the file.
 */
export const prune = (text: string, most: number): string => {
  let kept = ''
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const before = depth
    const escaped = inString && code === BACKSLASH
    if (code === QUOTE) inString = !inString
    else if (!inString) depth += step(code)
    const part = text.slice(at, at + (escaped ? 2 : 1))
    if (before > most || depth > most) kept += before <= most ? '0' : part.replace(/[^\n]/g, ' ')
    else kept += part
    if (escaped) at += 1
  }
  return kept
}
