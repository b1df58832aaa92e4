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
